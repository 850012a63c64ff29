import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { concatAll, from, lastValueFrom, toArray } from 'rxjs';
import type { Fact } from '../../src/facts/facts.ts';
import { rngFor } from '../../src/numeric/random.ts';
import { applyEntries } from '../../streams/core.ts';
import { readJournal } from '../../streams/journal.ts';
import { startIn } from '../../test/support/started.ts';

/** A program that reports, takes a second, and leaves a process behind that has its own session. */
const PROGRAM = `
setsid sleep 600 &
for step in 1 2 3 4 5; do echo "step=$step value=$1"; sleep 0.2; done
echo "value=$1"
`;
/** Milliseconds within which all programs of a killed runner must have ended, also on a busy machine. Those that it leaves behind run for ten minutes. */
const GRACE = 60_000;

export interface RunnerVerdict {
  readonly kills: number;
  /** Programs that still ran a minute after a kill of their runner. */
  readonly left: number;
  /** Programs that ran when their runner was killed. */
  readonly running: number;
  /** Attempts that the log has, by how they ended. */
  readonly trials: { readonly completed: number; readonly failed: number; readonly begun: number };
  /** Why trials were given up. */
  readonly reasons: readonly string[];
  /** What `hypertide verify` says. */
  readonly verify: string;
}

/**
 * Kills a runner with SIGKILL at random moments, starts it again, and lets it end at last.
 *
 * @param longest milliseconds between the first program of a runner and its kill, at most. A trial takes about a second.
 */
export async function killRunner(
  kills: number,
  seed: string,
  longest = 4000,
  say: (line: string) => void = () => {},
): Promise<RunnerVerdict> {
  const place = mkdtempSync(join(tmpdir(), 'hypertide-runner-'));
  const rng = rngFor(seed, 'runner', 0);
  writeFileSync(join(place, 'program.sh'), PROGRAM);
  writeFileSync(
    join(place, 'study.yaml'),
    `name: killed\nparameters:\n  x: { type: float, low: 0, high: 1 }\nstrategy: random\nseed: ${seed}\ntrials: ${kills * 2}\nparallel: 4\n`,
  );
  const start = () => startIn(place, ['run', 'study.yaml', '--', 'sh', 'program.sh', '{x}']);
  let left = 0;
  let running = 0;
  try {
    for (let kill = 1; kill <= kills; kill++) {
      const { child: runner } = start();
      const exited = once(runner, 'exit');
      const isEarly = rng() < 0.2; // before the first program, while the journal is read
      while (!isEarly && runner.exitCode === null && programsIn(place).length === 0) await sleep(20);
      await Promise.race([exited, sleep(longest * rng())]);
      if (runner.exitCode !== null) break; // the study has ended
      running += programsIn(place).length;
      runner.kill('SIGKILL');
      await exited;
      const end = performance.now() + GRACE;
      while (performance.now() < end && programsIn(place).length > 0) await sleep(50);
      const rest = programsIn(place);
      if (rest.length > 0) say(`kill ${kill}: ${rest.join(' ')} still run`);
      left += rest.length;
    }
    await start().ended;
    const { out } = await startIn(place, ['verify', 'killed.jsonl']).ended;
    const path = join(place, 'killed.jsonl');
    const entries = await lastValueFrom(from(readJournal(path)).pipe(concatAll(), applyEntries(), toArray()));
    const counted = entries.flatMap(({ fact, effect, refusal }) => (refusal ? [] : [{ fact, effect }]));
    const failed = counted.flatMap(({ fact, effect }) => (fact.type === 'failed' && effect === 'ended' ? [fact] : []));
    const count = (type: Fact['type']) => counted.filter(({ fact }) => fact.type === type).length;
    return {
      kills,
      left,
      running,
      trials: { completed: count('completed'), failed: failed.length, begun: count('started') },
      reasons: failed.map(({ trial, reason, message = '' }) => `trial ${trial} ${reason}: ${message}`),
      verify: out.trim(),
    };
  } finally {
    for (const pid of programsIn(place)) process.kill(pid, 'SIGKILL');
    rmSync(place, { recursive: true, force: true });
  }
}

/** Programs of trials that run below a directory: they have a trial in their environment. */
function programsIn(place: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const environment = readFileSync(`/proc/${pid}/environ`, 'latin1');
        return (
          environment.includes('HYPERTIDE_TRIAL=') &&
          environment.includes(place) &&
          readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.[0] !== 'Z'
        );
      } catch {
        return false; // it has ended
      }
    });
}
