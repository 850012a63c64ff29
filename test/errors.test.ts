import { inspect } from 'node:util';
import { expect, it } from 'vitest';
import { OptionError } from '../src/errors.ts';
import { isRefusal, parseFact } from '../src/facts/parse.ts';

it('an error keeps the beginning and the end of what is too long to read', () => {
  const { message } = new OptionError('strategy', 'a name', 'x'.repeat(100_000), '; did you mean tpe?');
  expect(message.length).toBeLessThan(10_000);
  expect(message).toMatch(/^strategy: expected a name, got "xxx/);
  expect(message).toMatch(/xxx"; did you mean tpe\?$/);
});

it('an error says all of what is not', () => {
  const got = 'x'.repeat(5000);
  expect(new OptionError('strategy', 'a name', got).message).toBe(`strategy: expected a name, got "${got}"`);
});

it('an error without advice has no field for it, which Node would print', () => {
  expect(inspect(new OptionError('strategy', 'a name', 'x'))).not.toContain('todo');
});

it('so does the refusal of a fact', () => {
  const refused = parseFact({ type: 'completed', trial: 1, values: { ['x'.repeat(100_000)]: 'low' } });
  expect(isRefusal(refused) && refused.message.length).toBeLessThan(10_000);
});
