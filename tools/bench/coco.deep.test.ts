import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { errorAfter, logsIn } from './coco/logs.ts';
import { tableOf } from './coco/report.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hypertide-coco-'));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(join(folder, dirname(name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
});
afterAll(() => rm(folder, { recursive: true }));

/** As COCO's observers wrote them, shortened: in 2009, today, with two objectives, and the best of all years. */
const files = {
  '2009/bbobexp_f6.info':
    "funcId = 6, DIM = 2, Precision = 1.000e-008, algId = 'OLD'\n% a comment\ndata_f6\\bbobexp_f6_DIM2.dat, 1:9|-7e-009, 2:9|1",
  '2009/data_f6/bbobexp_f6_DIM2.dat':
    '% function evaluation | noise-free fitness - Fopt (35.9) | best noise-free fitness - Fopt | measured fitness\n1 8 8 43\n4 2 2 37\n% function evaluation | again\n1 100 100 135\n',
  '2009/data_f6/bbobexp_f6_DIM2.tdat':
    '% function evaluation\n1 8 8 43\n9 5 1 40\n10 5 1 40\n% function evaluation\n1 100 100 135\n9 200 10 235\n10 200 10 235\n',
  'now/bbob-d2-f6/bbobexp_f6.info':
    "suite = 'bbob', funcId = 6, DIM = 2, Precision = 1.000e-08, algId = 'new', settings = ''\n% \ndata_f6/bbobexp_f6_DIM2.dat, 1:100|2.3e+04, 2:100|1.9e+05",
  'now/bbob-d2-f6/data_f6/bbobexp_f6_DIM2.dat':
    '% f evaluations | g evaluations | best\n1 0 4 43 43 1 2\n% f evaluations\n1 0 1 37 37 0 0\n',
  'now/bbob-d2-f6/data_f6/bbobexp_f6_DIM2.tdat': '% f evaluations\n10 0 0.01 43 43 1 2\n% f evaluations\n10 0 0.01 37 37 0 0\n',
  'biobj/1_hyp.info':
    "suite = 'bbob-biobj', algorithm = 'two', indicator = 'hyp', folder = '1', coco_version = '2'\n% \nfunction =  6, dim =  5, bbob-biobj_f06_d05_hyp.dat, 1:251|7.1e-01\n",
  'biobj/1/bbob-biobj_f06_d05_hyp.dat': '%\n% index = 230\n% function evaluation | indicator value | target hit\n1 0.9 1.0\n25 0.7 0.7\n',
  'best/bbob-bestalg.info':
    "funcId = 6, DIM = 2, Precision = 1e-08, algId = 'best', suite = 'bbob'\n% Combination\nbbob-bestalg_f06_d02.dat, 0:30|1e-08\n",
  'best/bbob-bestalg_f06_d02.dat': '% Artificial instance\n% algorithm type = best\n1 1 1 ONE.tgz 15 15\n8 0.1 0.1 TWO.tgz 15 15\n',
};

it.each([
  ['2009', '2 6 1', [8, 2, 1]],
  ['2009', '2 6 2', [100, 100, 10]],
  ['now', '2 6 2', [1, 1, 1]],
  ['biobj', '5 6 1', [0.9, 0.9, 0.9]],
  ['best', '2 6 *', [1, 1, 0.1]],
])('reads the logs of %s: %s', (name, key, errors) => {
  const curve = logsIn(join(folder, name)).get(key)!;
  expect([1, 7, 9].map((evaluations) => errorAfter(curve, evaluations, name === 'best'))).toEqual(errors);
  expect(errorAfter(curve, 30)).toBeUndefined();
});

it('knows the error of a run that reached the last target, but not of one that ended before', () => {
  expect(
    errorAfter(
      [
        [1, 5],
        [3, 1e-9],
      ],
      100,
    ),
  ).toBe(1e-9);
  expect(
    errorAfter(
      [
        [1, 5],
        [3, 1e-7],
      ],
      100,
    ),
  ).toBeUndefined();
});

it('compares the problems that all have by share of targets and geometric mean', () => {
  const named = new Map(['now', '2009', 'best'].map((name) => [name, logsIn(join(folder, name))]));
  const rows = tableOf(named, 2, [6], [5]).split('\n').slice(1);
  // Of the 51 targets from 100 to 1e-8, an error of 0.01 is within the first 21, one of 1 within 11, and one of 10 within 6.
  const shown = (shares: number[], mean: string) => `${(shares.reduce((a, b) => a + b) / 51 / shares.length).toFixed(3)} / ${mean}`;
  expect(rows.map((row) => row.split(/ {2,}/)[1])).toEqual([shown([21, 21], '0.0100'), shown([11, 6], '3.16'), shown([16, 16], '0.100')]);
  expect(tableOf(named, 3, [6], [5])).toContain('3-D, 0 problems');
});
