import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../../../src/errors.ts';
import { rngFor } from '../../../src/numeric/random.ts';
import { readStudyFile } from '../../../src/studyFile/studyFile.ts';
import { gist, must, type Target } from '../target.ts';

const seeds = [
  'parameters:\n  lr: { type: float, low: 1e-4, high: 0.3, log: true }\n  degree: { type: int, low: 1, high: 12 }\nobjective: minimize loss\nepochs: 27\ntrials: 40\nparallel: 4\n',
  'name: s\nparameters:\n  a: { type: choice, values: [x, y] }\n  b: { type: float, low: 0, high: 1, when: { a: x } }\n  c: { type: ordinal, values: [1, 2, 4] }\n  d: { type: boolean }\n  e: { type: constant, value: 1 }\nconstraints:\n  - { atMost: { b: 1 }, limit: 0.5 }\nobjectives: { loss: minimize, size: maximize }\nstrategy:\n  chain: [{ asha: { min: 1, max: 27 } }, { ga: { population: 16 } }, random]\nlimits: { seconds: 5 }\nseed: 3\ncommand: [python, train.py, "{a}"]\n',
  '{"parameters":{"x":{"type":"float","low":0,"high":1,"prior":{"mean":0.5,"std":0.1}}},"strategy":{"bandit":{"a":"tpe","b":"random"}},"timeLimit":5,"grace":1,"result":"best"}',
];

/** Bytes of a study file: reading YAML takes time. */
const LONGEST = 20_000;

/** A study file. */
export function studyFile(): Target {
  const place = mkdtempSync(join(tmpdir(), 'hypertide-fuzz-'));
  const path = join(place, 'study.yaml');
  return {
    name: 'study file',
    seeds,
    async take(input) {
      writeFileSync(path, Buffer.from(input.slice(0, LONGEST), 'latin1'));
      try {
        const { space } = await readStudyFile(path);
        const drawn = space.complete({}, rngFor('fuzz', 'study file', 1));
        must(JSON.stringify(space.parse(drawn)) === JSON.stringify(drawn), `a drawn configuration is not one: ${JSON.stringify(drawn)}`);
        return `read ${Object.keys(space.toJSON().parameters).length}`;
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        must(error.message.startsWith(path), `an error without its place: ${error.message.slice(0, 200)}`);
        return gist(error.message.slice(path.length).replace(/^:\d+:\d+/, ''));
      }
    },
    close: () => rmSync(place, { recursive: true, force: true }),
  };
}
