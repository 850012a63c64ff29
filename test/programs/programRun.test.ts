import { expect, it } from 'vitest';
import { checkVariables, environmentOf } from '../../src/programs/programRun.ts';
import { UsageError } from '../../src/text/usage.ts';

const paths = { params: 'params.json', checkpoints: 'checkpoints', log: 'log' };
const job = { study: 's', trial: 3, attempt: 1, slot: 0, paths };

it.each([
  [['a-b', 'lr', 'a_b'], 'a-b and a_b: expected names that programs can tell apart, got HYPERTIDE_PARAM_A_B for both'],
  [['lr', 'LR'], 'lr and LR: expected names that programs can tell apart, got HYPERTIDE_PARAM_LR for both'],
])('parameters of one variable are refused: %j', (names, message) => {
  expect(() => checkVariables(names)).toThrow(new UsageError(message));
});

it('parameters of other alphabets have variables of their own', () => {
  const params = { learning_rate: 0.1, α: 1, 'β 2': 2 };
  expect(() => checkVariables(Object.keys(params))).not.toThrow();
  expect(environmentOf({ ...job, params }, {})).toMatchObject({
    HYPERTIDE_PARAM_LEARNING_RATE: '0.1',
    HYPERTIDE_PARAM_Α: '1',
    HYPERTIDE_PARAM_Β_2: '2',
    HYPERTIDE_TRIAL: '3',
  });
});
