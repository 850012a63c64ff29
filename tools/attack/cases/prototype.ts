import { isRefusal, parseFact } from '../../../src/facts/parse.ts';
import { parseIntent, RefusedError } from '../../../src/study/commands.ts';
import { casesOf } from '../attack.ts';

const attack = casesOf('prototype');
const INHERITED = ['constructor', 'toString', 'valueOf', 'hasOwnProperty'];

export const prototypeAttacks = [
  ...INHERITED.map((type) =>
    attack('known types of facts', `a fact of the type ${type}`, async () => !isRefusal(parseFact({ type, trial: 1 }))),
  ),
  ...INHERITED.map((type) =>
    attack('known commands', `a command ${type}`, async () => {
      try {
        return Boolean(parseIntent({ type }));
      } catch (error) {
        return !(error instanceof RefusedError); // it went past the check, and broke something else
      }
    }),
  ),
];
