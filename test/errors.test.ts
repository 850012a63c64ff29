import { inspect } from 'node:util';
import { expect, it } from 'vitest';
import { checkAll, failureOf, OptionError } from '../src/errors.ts';
import { isRefusal, parseFact } from '../src/facts/parse.ts';
import { RefusedError } from '../src/study/commands.ts';

it('an error keeps the beginning and the end of a value that is too long', () => {
  const { message } = new OptionError('strategy', 'a name', 'x'.repeat(100_000), '; did you mean tpe?');
  expect(message.length).toBeLessThan(10_000);
  expect(message).toMatch(/^strategy: expected a name, got "xxx/);
  expect(message).toMatch(/xxx"; did you mean tpe\?$/);
});

it('an error shows the whole value if it is not too long', () => {
  const got = 'x'.repeat(5000);
  expect(new OptionError('strategy', 'a name', got).message).toBe(`strategy: expected a name, got "${got}"`);
});

it('an error without advice has no field for it, which Node would print', () => {
  expect(inspect(new OptionError('strategy', 'a name', 'x'))).not.toContain('todo');
});

it('an error that Node prints gives its advice once', () => {
  const printed = inspect(new RefusedError({ code: 'closed', message: 'the study is closed' }));
  expect(printed.split('change a limit to reopen it')).toHaveLength(2);
});

it('the answer to a request has a line for each mistake', () => {
  const check = (name: string) => () => {
    throw new OptionError(name, 'a number', 'x');
  };
  const attempt = () => checkAll([check('low'), check('high')]);
  expect(attempt).toThrow('low: expected');
  try {
    attempt();
  } catch (error) {
    expect(failureOf(error)).toEqual({
      error: 'low: expected a number, got "x"\nhigh: expected a number, got "x"',
      code: 'invalid-option',
    });
  }
});

it('the refusal of a fact has a line for each mistake, too', () => {
  const refused = parseFact({ type: 'completed', trial: 1, values: { ['x'.repeat(100_000)]: 'low' } });
  expect(isRefusal(refused) && refused.message.length).toBeLessThan(10_000);
});
