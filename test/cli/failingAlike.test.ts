import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { exitStatus } from '../../src/cli/exitStatus.ts';
import { hypertide, journalOf, studyIn } from './support.ts';

const of = (place: string, type: string) => journalOf(place).filter((line) => line.type === type);
const run = (place: string, script: string, ...flags: string[]) =>
  hypertide(place, 'run', 'study.yaml', ...flags, '--', 'sh', '-c', script, 'sh', '{x}', '{trial}');
const BROKEN = 'echo "ModuleNotFoundError: no module at $1" >&2; exit 1';

describe('a study whose first trials fail for the same reason', () => {
  it.each([
    ['one at a time', 'trials: 20\n', 3],
    ['some at a time', 'trials: 20\nparallel: 4\n', 3],
    ['up to the last one', 'trials: 3\n', 3],
  ])('stops, and keeps its trials: %s', async (_, more, least) => {
    const place = studyIn(more);
    const ended = await run(place, BROKEN);
    expect(ended.code).toBe(exitStatus.incomplete);
    const failed = of(place, 'failed').filter(({ reason }) => reason === 'error');
    expect(failed.length).toBeGreaterThanOrEqual(least);
    expect(ended.err).toMatch(/\(trials \d, \d, \d/);
    expect(ended.err).toContain('ModuleNotFoundError: no module at 0.');
    const trials = Number(/\d+/.exec(more)![0]);
    const again = await run(place, 'echo value=$1');
    expect(again.code, again.err).toBe(0);
    expect(of(place, 'completed')).toHaveLength(trials);
    const longer = await run(place, 'echo value=$1', '--trials', String(trials + 2));
    expect(longer.code, longer.err).toBe(0);
    expect(of(place, 'completed'), 'a limit means trials that count').toHaveLength(trials + 2);
    expect((await hypertide(place, 'verify', 'study.jsonl')).code).toBe(0);
  });

  it('reports the cause once', async () => {
    const ended = await run(studyIn('trials: 20\n'), BROKEN);
    expect(ended.err).toContain('trial 2 failed (error: as trial 1)');
    const json = await hypertide(studyIn('trials: 20\n'), 'run', '--json', 'study.yaml', '--', 'false', '{x}');
    expect(json.err).toContain('trial 3: error: exited with code 1');
  });

  it('stops after the first trial of a program that prints no value that counts', async () => {
    const place = studyIn('trials: 20\n');
    const ended = await run(place, 'exit 0');
    expect(ended.code).toBe(exitStatus.incomplete);
    expect(of(place, 'failed')).toMatchObject([{ reason: 'no-result' }]);
    expect(ended.err).toContain('"hypertide check" with this study file and --fix looks for the value, in files as well');
    const epochs = `for e in 1 2 3 4 5 6 7 8 9; do echo "epoch $e val_mae $1 val_rmse 2"; sleep 0.3; done; touch ${place}/whole`;
    const unclear = studyIn('trials: 20\n');
    const asked = await run(unclear, epochs);
    expect([asked.code, of(unclear, 'failed').length, existsSync(`${place}/whole`)]).toEqual([exitStatus.incomplete, 1, false]);
    expect(asked.err).toContain('several could be the result: minimize val_mae (');
  });

  it('stops again after one more such failure', async () => {
    const place = studyIn('trials: 20\n');
    await run(place, BROKEN);
    const again = await run(place, BROKEN);
    expect(again.code).toBe(exitStatus.incomplete);
    expect(of(place, 'failed').filter(({ reason }) => reason === 'error')).toHaveLength(4);
  });
});
