import { describe, expect, it } from 'vitest';
import { resumedText, watchResumed, watchTrainers } from '../../src/insight/resumedTrials.ts';

/** The warning after each fact that counts. */
function said(facts: readonly object[], past = 0, watch = watchResumed(() => past)): (string | undefined)[] {
  return facts.map((fact, i) => watch({ position: i + 1, at: 0, effect: 'noted', fact } as never));
}
const suggested = (trial: number, more: object = {}) => ({
  type: 'suggested',
  trial,
  attempt: 1,
  by: 'pbt',
  params: { x: trial },
  ...more,
});
const reported = (trial: number, step: number) => ({ type: 'reported', trial, step, values: { value: 1 } });
const created = { type: 'created', objectives: [{ name: 'value', direction: 'minimize' }] };

describe('a trial that resumes another one', () => {
  const first = [created, suggested(1), reported(1, 1), reported(1, 5), suggested(2, { resumes: 1, checkpoint: 'e5' })];

  it.each([1, 5])('is named if its reports begin again, at step %i', (step) => {
    const all = said([...first, reported(2, step), suggested(3, { resumes: 1 }), reported(3, 1)]);
    expect(all.filter((text) => text !== undefined)).toEqual([
      `trial 2 resumes trial 1 at step 5, but its first report is of step ${step}: check that its trainer saves its state and loads the checkpoint`,
    ]);
  });

  it('is not named if its reports continue, however they are counted', () => {
    expect(said([...first, reported(2, 6), reported(2, 1)]).every((text) => text === undefined)).toBe(true);
    const fromZero = [suggested(1), reported(1, 0), suggested(2, { resumes: 1 }), reported(2, 1)];
    expect(said([created, ...fromZero]).every((text) => text === undefined)).toBe(true);
  });

  it('is named from rows, too', () => {
    const first = { trial: 1, curve: [1, 0.5, 5, 0.4] };
    expect(resumedText([first, { trial: 2, resumes: 1, curve: [6, 0.3] }, { trial: 3, resumes: 2, curve: [] }])).toBeUndefined();
    expect(resumedText([first, { trial: 2, resumes: 1, curve: [5, 0.3] }])).toMatch(/^trial 2 resumes trial 1 at step 5, .* step 5:/);
  });

  it('was named before a restart, and is not again', () => {
    const facts = [...first, reported(2, 1), suggested(3, { resumes: 1 }), reported(3, 1)];
    expect(said(facts, 6).every((text) => text === undefined)).toBe(true);
  });
});

describe('a later attempt', () => {
  const lost = [created, suggested(1), reported(1, 1), reported(1, 4)];

  it('is named if it has a checkpoint, and begins again', () => {
    const all = said([...lost, suggested(1, { attempt: 2, checkpoint: 'e3' }), reported(1, 1)]);
    expect(all.at(-1)).toMatch(/^trial 1 continues from a checkpoint of an attempt that reached step 4, but its first report is of step 1/);
  });

  it('is not named if it has none, or if it loaded an earlier one', () => {
    expect(said([...lost, suggested(1, { attempt: 2 }), reported(1, 1)]).at(-1)).toBeUndefined();
    expect(said([...lost, suggested(1, { attempt: 2, checkpoint: 'e3' }), reported(1, 2)]).at(-1)).toBeUndefined();
  });
});

it('a refused report says nothing, and a log is read again from its beginning', () => {
  const watch = watchTrainers(() => 0);
  said([created, suggested(1), reported(1, 9)], 0, watch);
  expect(said([created, suggested(2, { resumes: 1 }), reported(2, 1)], 0, watch).every((text) => text === undefined)).toBe(true);
  const refused = { position: 4, at: 0, effect: 'rejected', fact: reported(2, 1), refusal: { code: 'stale-run', message: '' } };
  expect(watch(refused as never)).toBeUndefined();
});
