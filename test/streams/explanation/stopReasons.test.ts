import { afterEach, describe, expect, it, vi } from 'vitest';
import { listTrials } from '../../../src/cli/commands/trial/list.ts';
import type { Entry } from '../../../src/facts/entry.ts';
import type { Created } from '../../../src/facts/facts.ts';
import type { CommandStudy } from '../../../src/stores/locate.ts';
import { defineStrategy, memoryLog } from '../../../streams/core.ts';
import { stopReasons } from '../../../streams/explanation/stopReasons.ts';
import { chain, createStudy, float, patience, random, space } from '../../../streams/index.ts';
import { past } from '../../../streams/log/past.ts';
import { createdOf } from '../../../streams/spec/options.ts';
import { parseStrategy } from '../../../streams/spec/spec.ts';
import { isDeep } from '../../support/runs.ts';

/** A log of a study whose strategy is code, so that no decision can be recomputed. */
function logOf(facts: readonly { readonly fact: object; readonly author?: string }[]) {
  const code = defineStrategy({ name: 'code', init: () => undefined, tell: () => undefined });
  const created: Created = createdOf(space({ x: float(0, 1) }), code, { study: 's' });
  const entries = [{ fact: created }, ...facts].map((entry, i): Entry => ({ position: i + 1, at: i, ...entry }));
  return {
    created,
    place: 's',
    past: async function* () {
      yield entries;
    },
  } as unknown as CommandStudy;
}
const suggested = (trial: number) => ({ fact: { type: 'suggested', trial, attempt: 1, params: { x: trial / 1e6 }, by: 'code' } });
const stopped = (trial: number) => ({ fact: { type: 'stopped', trial, run: `${trial}.1` } });
const started = (trial: number) => ({ fact: { type: 'started', trial, attempt: 1, run: `${trial}.1` } });

describe('stopReasons', () => {
  it('ignores a cancel or a close that a trainer wrote', async () => {
    const cancelled = { fact: { type: 'cancelled', trial: 1 } };
    const reasonOf = async (...before: Parameters<typeof logOf>[0]) => {
      const log = logOf([suggested(1), started(1), ...before, stopped(1)]);
      return (await stopReasons(log, log.created, parseStrategy, 9)).get(1);
    };
    expect(await reasonOf(cancelled)).toBe('because it was cancelled');
    expect(await reasonOf({ ...cancelled, author: 'w1' })).toBeUndefined();
    expect(await reasonOf({ fact: { type: 'closed', reason: 'person' }, author: 'w1' })).toBeUndefined();
  });

  it('lets strategies read the log again once after many retractions', async () => {
    const log = memoryLog();
    const [line, strategy] = [space({ x: float(0, 1) }), chain(patience({ steps: 1 }), random())];
    const created = createdOf(line, strategy, {});
    const study = createStudy(line, { log, strategy });
    for (let trial = 1; trial <= 9; trial++) {
      await study.ask();
      await study.report(trial, 0);
      if (trial < 9) await study.tell(trial, 0);
      else await study.report(trial, 5);
    }
    for (let trial = 1; trial <= 8; trial++) await study.retract(trial);
    await study.stopped(9);
    let reads = 0;
    const source = {
      place: 's',
      read: log.read,
      past: (from: number) => {
        reads++;
        return past(log, from);
      },
    };
    const reasons = await stopReasons(source, created, parseStrategy, await log.head());
    await study.close();
    expect(reasons.get(9)).toBe('by patience: it has not improved since step 1');
    expect(reads).toBe(2);
  });
});

if (isDeep)
  describe('hypertide trials', () => {
    afterEach(() => vi.restoreAllMocks());

    it('lists a stopped trial among 200,000', async () => {
      const out: string[] = [];
      vi.spyOn(process.stdout, 'write').mockImplementation((text) => out.push(String(text)) > 0);
      const facts = Array.from({ length: 200_000 }, (_, i) => suggested(i + 1));
      await listTrials(logOf([...facts, started(7), stopped(7)]), { json: true, status: 'stopped' });
      expect(JSON.parse(out.join(''))).toMatchObject([{ trial: 7, status: 'stopped' }]);
    });
  });
