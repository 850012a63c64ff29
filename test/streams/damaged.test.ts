import { describe, expect, it } from 'vitest';
import type { Entry } from '../../src/facts/entry.ts';
import { memoryLog } from '../../streams/core.ts';
import { float, optimize, random, space } from '../../streams/index.ts';

const line = space({ x: float(0, 1) });
const TRIALS = 15;
const objective = ({ x }: { x: number }, { report }: { report: (value: number) => void }) => {
  report(x + 1);
  return x;
};

/** A finished study, and the number of completed trials that are left after damage. */
async function finished(): Promise<readonly Entry[]> {
  const log = memoryLog();
  await optimize(line, objective, { strategy: random(), trials: TRIALS, parallel: 3, log }).result();
  const entries: Entry[] = [];
  for await (const batch of log.read()) {
    entries.push(...batch);
    if (entries.length >= (await log.head())) break;
  }
  return entries;
}
const renumbered = (entries: readonly Entry[]): Entry[] => entries.map((entry, i) => ({ ...entry, position: i + 1 }));

describe('a study of which one line is damaged', () => {
  const damages: Readonly<Record<string, (entries: readonly Entry[], at: number) => Entry[]>> = {
    'cannot be read': (entries, at) => entries.map((entry, i) => (i === at ? { ...entry, fact: '{"type":"sugg' } : entry)),
    'is missing': (entries, at) => renumbered(entries.filter((_, i) => i !== at)),
    'stands twice': (entries, at) => renumbered(entries.flatMap((entry, i) => (i === at ? [entry, entry] : [entry]))),
    'has changed places with the next': (entries, at) =>
      renumbered(entries.map((_, i) => entries[i === at && at + 1 < entries.length ? i + 1 : i === at + 1 ? i - 1 : i]!)),
  };
  it.each(Object.keys(damages))('that %s loses the trial of that line at most, and trains no other one again', async (name) => {
    const entries = await finished();
    expect(entries).toHaveLength(4 * TRIALS + 2);
    let most = 0;
    for (let at = 1; at < entries.length; at++) {
      const log = memoryLog(damages[name]!(entries, at));
      const trained = new Set<number>();
      const again = (params: { x: number }, trial: { trial: number; report: (value: number) => void }) => {
        trained.add(trial.trial);
        return objective(params, trial);
      };
      const { completed, reason } = await optimize(line, again, { trials: TRIALS, log }).result();
      expect(reason, `line ${at + 1}`).toBe('trials');
      expect(completed, `line ${at + 1}`).toBeGreaterThanOrEqual(TRIALS - 1);
      most = Math.max(most, trained.size);
    }
    expect(most).toBeLessThanOrEqual(1);
  });
});
