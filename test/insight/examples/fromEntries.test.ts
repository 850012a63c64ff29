import { expect, it } from 'vitest';
import { examplesIn } from '../../../src/insight/examples/fromEntries.ts';
import { exampleMatrix } from '../../../src/insight/examples/matrix.ts';
import type { AppliedEntry } from '../../../src/ledger/appliedEntry.ts';
import { Ledger } from '../../../src/ledger/ledger.ts';
import { space } from '../../../src/space/space.ts';
import { float } from '../../../src/space/types/dimension.ts';
import { simulate } from '../../../src/testing/simulate.ts';

const line = space({ x: float(0, 1) });

/** The entries of a study, applied. @param retracted results that a person finds wrong at the end */
async function studyOf(options: { readonly examples?: readonly string[] }, retracted: readonly number[] = []) {
  const workload = {
    steps: 8,
    curve: ({ x }: { readonly x: number }) => ({ value: () => x, example: (place: number) => x + ((7 * place) % 5) * (0.1 + x) }),
  };
  const { entries } = await simulate(line, workload, { ...options, trials: 12, trainers: 3, crash: 0.05, seed: 5 });
  const wrong = retracted.map((trial, i) => ({ position: entries.length + 1 + i, at: 1e9, fact: { type: 'retracted', trial } }));
  const ledger = new Ledger(line, new Set(retracted));
  const applied = [...entries, ...wrong].map((entry) => ledger.fold(entry) as AppliedEntry);
  return { applied, ledger };
}
const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];

it.each([[[]], [[1, 4]]])('the results in entries are those of the ledger, without the retracted ones %j', async (retracted) => {
  const { applied, ledger } = await studyOf({ examples: names }, retracted);
  const found = examplesIn(applied)!;
  expect(found).toEqual(exampleMatrix(ledger.examples!, ledger.settings.objectives[0]!, names));
  expect(found.rows.length).toBeGreaterThan(3);
  for (const trial of retracted) expect(found.rows.map((row) => row.trial)).not.toContain(trial);
});

it('there are none without examples, nor before the first result', async () => {
  expect(examplesIn((await studyOf({})).applied)).toBeUndefined();
  expect(examplesIn((await studyOf({ examples: names })).applied.slice(0, 3))).toBeUndefined();
});
