import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import { firstValueFrom, lastValueFrom, map, take, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { memoryLog, OptionError } from '../../../streams/core.ts';
import { best, float, NoResultError, optimize, random, space, trials } from '../../../streams/index.ts';
import { openJournal } from '../../../streams/journal.ts';

const line = space({ x: float(0, 1) });

/** A study of ten trials that counts its evaluations. */
function counted(options: object = {}) {
  const evaluated: number[] = [];
  const objective = async ({ x }: { readonly x: number }, { trial }: { readonly trial: number }) => {
    await setImmediate();
    evaluated.push(trial);
    return x;
  };
  const study = optimize(line, objective, { trials: 10, strategy: random(), warn: () => {}, ...options });
  return { study, evaluated };
}

const whole = <T>(entries: readonly { readonly position: number; readonly of?: T }[]) => entries.map(({ position }) => position);
const upTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1);

describe('a study of optimize', () => {
  it('runs once, however often its result is wanted', async () => {
    const { study, evaluated } = counted();
    const result = study.result();
    expect(study.result()).toBe(result);
    expect(await study).toBe(await result);
    expect((await study.result()).completed).toBe(10);
    expect(await lastValueFrom(study.pipe(trials(), toArray()))).toHaveLength(10);
    expect(evaluated).toEqual(upTo(10));
  });

  it('is awaited for its result, and does nothing before', async () => {
    const { study, evaluated } = counted();
    await sleep(20);
    expect(evaluated).toEqual([]);
    const { best: first } = await study;
    expect(first).toEqual(await lastValueFrom(study.pipe(best())));
    expect(evaluated).toHaveLength(10);
  });

  it.each([0, 1, 3, 8, 15, 22, 1000])('shows the whole log to a subscriber after %d entries', async (after) => {
    const { study } = counted();
    const first = lastValueFrom(study.pipe(toArray()));
    if (after > 0) await lastValueFrom(study.pipe(take(after)));
    const late = await lastValueFrom(study.pipe(toArray()));
    expect(whole(late)).toEqual(upTo(late.length));
    expect(late).toEqual(await first);
  });

  it('shows it once more when its journal is closed', async () => {
    const log = await openJournal(join(mkdtempSync(join(tmpdir(), 'once-')), 'study.jsonl'));
    const { study } = counted({ log });
    const first = await lastValueFrom(study.pipe(toArray()));
    await log.close();
    expect(await lastValueFrom(study.pipe(toArray()))).toEqual(first);
  });

  it('pauses when its last subscriber leaves, and continues with the next', async () => {
    const { study, evaluated } = counted();
    await firstValueFrom(study.pipe(trials()));
    const seen = evaluated.length;
    await sleep(20);
    expect(evaluated.length, 'at most the trial that was running').toBeLessThanOrEqual(seen + 1);
    const { completed, failed } = await study;
    expect([completed, failed]).toEqual([10, 0]);
    const rows = await lastValueFrom(study.pipe(trials(), toArray()));
    expect(rows.map(({ trial }) => trial)).toEqual(upTo(10));
  });

  it.each(['memory', 'journal'])('continues after many pauses, in a %s', async (kind) => {
    const log = kind === 'memory' ? memoryLog() : await openJournal(join(mkdtempSync(join(tmpdir(), 'once-')), 'study.jsonl'));
    const { study } = counted({ log });
    for (let n = 1; n < 30; n++) expect(whole(await lastValueFrom(study.pipe(take(n), toArray())))).toEqual(upTo(n));
    expect((await study).completed).toBe(10);
    await log.close();
  });

  it('ends for good when its signal aborts', async () => {
    const stop = new AbortController();
    const { study, evaluated } = counted({ signal: stop.signal });
    study.pipe(trials(), take(3)).subscribe({ complete: () => stop.abort() });
    const { reason, completed } = await study;
    expect([reason, completed]).toEqual(['aborted', 3]);
    const before = evaluated.length;
    expect(await lastValueFrom(study.pipe(trials(), toArray()))).toHaveLength(3);
    await sleep(20);
    expect(evaluated.length).toBeLessThanOrEqual(before + 1);
  });

  it('tells the running trials why it was aborted', async () => {
    const stop = new AbortController();
    const why = new Error('the pod is moved');
    let told: unknown;
    const objective = async (_: unknown, { signal }: { readonly signal: AbortSignal }) => {
      signal.addEventListener('abort', () => {
        told = signal.reason;
      });
      await setImmediate();
      stop.abort(why);
      return 1;
    };
    expect((await optimize(line, objective, { trials: 2, signal: stop.signal })).reason).toBe('aborted');
    expect(told).toBe(why);
  });

  it('gives each subscriber the error that ended it, after the entries', async () => {
    const broken = () => {
      throw new Error('boom');
    };
    const study = optimize(line, broken, { trials: 20 });
    await expect(study).rejects.toBeInstanceOf(NoResultError);
    const { result, error } = await new Promise<{ result: number[]; error: unknown }>((resolve) => {
      const result: number[] = [];
      study.pipe(map(({ position }) => position)).subscribe({ next: (n) => result.push(n), error: (error) => resolve({ result, error }) });
    });
    expect(result).toEqual(upTo(result.length));
    expect(result.length).toBeGreaterThan(6);
    expect(error).toBeInstanceOf(NoResultError);
    await expect(study.result()).rejects.toBe(error);
  });

  it('refuses wrong options when it is awaited', async () => {
    const study = optimize(line, ({ x }) => x, { trails: 5 } as object);
    await expect(study).rejects.toBeInstanceOf(OptionError);
    await expect(study.result()).rejects.toBeInstanceOf(OptionError);
    await expect(lastValueFrom(study)).rejects.toBeInstanceOf(OptionError);
  });
});
