import { expect, it } from 'vitest';
import type { Fact, Params } from '../../src/facts/facts.ts';
import type { AppliedEntry } from '../../src/ledger/appliedEntry.ts';
import { TrialRows } from '../../src/study/trials.ts';
import { memoryLog } from '../../streams/core.ts';
import { createStudy, float, random, sobol, space } from '../../streams/index.ts';
import { coded } from '../support/coded.ts';

const line = space({ x: float(0, 1) });

it('annotations describe trials and the study, in facts that strategies do not see', async () => {
  const rows = new TrialRows<Params>();
  const facts: Fact[] = [];
  const note = (entry: AppliedEntry<Params>) => {
    rows.apply(entry);
    if (!entry.refusal) facts.push(entry.fact as Fact);
  };
  const study = createStudy(line, { strategy: sobol(), trials: 4, log: memoryLog() });
  study.entries$.subscribe(note);
  const first = await study.ask();
  await study.annotate({ trial: 1, note: 'it **began** well', labels: ['odd', 'first'], starred: true });
  expect(rows.get(1)).toMatchObject({ status: 'open', note: 'it **began** well', labels: ['odd', 'first'], starred: true });
  await study.tell(first!.trial, 1);
  await study.annotate({ trial: 1, starred: false, note: '' });
  expect(rows.get(1)).toMatchObject({ status: 'completed', values: { value: 1 }, labels: ['odd', 'first'] });
  expect(rows.get(1)).not.toHaveProperty('note');
  expect(rows.get(1)).not.toHaveProperty('starred');
  await study.annotate({ note: 'with the new data' });
  expect(rows.about).toEqual({ note: 'with the new data' });
  expect(rows.counts).toMatchObject({ open: 0, completed: 1 });
  await expect(study.annotate({ trial: 7, starred: true })).rejects.toThrow(coded('unknown-trial'));
  await expect(study.annotate({ trial: 1 })).rejects.toThrow(coded('missing-field'));
  const plain = createStudy(line, { strategy: sobol(), trials: 4 });
  await plain.ask();
  await plain.tell(1, 1);
  expect((await study.ask())?.params).toEqual((await plain.ask())?.params);
  for (const one of [study, plain]) await one.close();
});

it('a trial keeps its annotations when its result is retracted', async () => {
  await using study = createStudy(line, { strategy: random(), trials: 3 });
  await study.ask();
  await study.tell(1, 1);
  await study.annotate({ trial: 1, labels: ['wrong'] });
  await study.retract(1);
  expect(study.trials()[0]).toMatchObject({ status: 'retracted', labels: ['wrong'] });
});
