import { join } from 'node:path';
import { isRefusal, parseFact } from '../../../src/facts/parse.ts';
import { parseIntent, RefusedError } from '../../../src/study/commands.ts';
import { float, random, space } from '../../../streams/index.ts';
import { openJournal } from '../../../streams/journal.ts';
import { createdOf } from '../../../streams/spec/options.ts';
import { casesOf } from '../attack.ts';

const attack = casesOf('prototype');
const INHERITED = ['constructor', 'toString', 'valueOf', 'hasOwnProperty'];

export const prototypeAttacks = [
  ...[...INHERITED, '__proto__'].map((name) =>
    attack('own values', `a value ${name} of one trial, in the table of all`, async (world) => {
      const path = join(world.directory(), 'study.jsonl');
      const log = await openJournal(path);
      await log.append(createdOf(space({ x: float(0, 1) }), random(), { study: 'study', trials: 2 }));
      for (const [trial, values] of ['{"value":1}', `{"value":2,"${name}":3}`].map((text, i) => [i + 1, JSON.parse(text)] as const)) {
        await log.append({ type: 'suggested', trial, attempt: 1, by: 'random', params: { x: 0.5 } });
        await log.append({ type: 'started', trial, attempt: 1, run: 'r' });
        await log.append({ type: 'completed', trial, run: 'r', values });
      }
      await log.close();
      return /object|function|\{\}/i.test((await world.hypertide('trials', path)).printed);
    }),
  ),
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
