import { once } from 'node:events';
import { closeSync, createReadStream, existsSync, openSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { from, mergeMap, type Observable } from 'rxjs';
import { applyEntries } from '../../../../streams/engine/applyEntries.ts';
import type { Entry } from '../../../facts/entry.ts';
import type { Params } from '../../../facts/facts.ts';
import { onInterrupt } from '../../../host/interrupt.ts';
import { fileOffset, type Gap, gapIn, outputOffset } from '../../../programs/logFile.ts';
import type { CommandStudy } from '../../../stores/locate.ts';
import { outputFile, trialsDirectory } from '../../../stores/trialFiles.ts';
import { rowOf } from '../../../stores/trialTable.ts';
import type { TrialId } from '../../../strategy/messages.ts';
import { type TrialRow, TrialRows } from '../../../study/trials.ts';
import { inform, print } from '../../../text/output.ts';
import { UsageError } from '../../../text/usage.ts';
import { onStudy } from '../../command.ts';
import { flag, needed, trialNumber, value } from '../../parts.ts';

/** Milliseconds between two checks of a growing file. */
const POLL_MS = 100;

export const command = onStudy({
  description: 'Print what the program printed in the last attempt at a trial.',
  arguments: { trial: needed('trial', 'number of the trial', { kind: trialNumber }) },
  options: {
    follow: flag('keep printing new output until the trial ends', { short: 'f' }),
    directory: value('path', 'where run or worker kept the output (default: <study>.trials)'),
  },
  run: async (study, { trial, follow, directory }) => {
    const row = await rowOf(study, trial);
    const pathOf = (attempt: number) => outputFile(directory ?? trialsDirectory(study.stem), trial, attempt);
    if (follow && row.status === 'open') return followAttempts(study, row, pathOf);
    const path = pathOf(row.attempt);
    if (!existsSync(path) && row.trace !== undefined) {
      print(row.trace.trimEnd());
      return 0;
    }
    if (!existsSync(path)) throw new UsageError(`${path}: expected the output of trial ${trial}, but ${reasonFor(row)}`);
    await copy(path, 0);
    return 0;
  },
});

function reasonFor({ by, status, running }: TrialRow): string {
  if (by === 'import') return 'the trial was imported';
  if (status === 'open' && !running) return 'the trial waits for a trainer; --follow waits with it';
  return 'there is no such file: a trial of a function has none; if it was kept elsewhere, name the place with --directory';
}

/** Prints what an open trial prints until it ends, attempt after attempt. */
async function followAttempts(study: CommandStudy, row: TrialRow, pathOf: (attempt: number) => string): Promise<number> {
  const reading = new AbortController();
  let interrupted = false;
  const release = onInterrupt(() => {
    interrupted = true;
    reading.abort();
  });
  let latest: Standing = { attempt: row.attempt, open: true };
  let failure: unknown;
  const stop = standing(study, row.trial, reading.signal).subscribe({
    next: (now) => {
      latest = now;
    },
    error: (error) => {
      failure = error;
      reading.abort();
    },
  });
  try {
    for (let attempt = row.attempt; ; attempt = latest.attempt) {
      if (attempt > row.attempt) inform(`attempt ${attempt}`);
      await followFile(pathOf(attempt), () => !latest.open || latest.attempt > attempt, reading.signal);
      if (failure) throw failure;
      if (interrupted) return 130;
      if (latest.attempt === attempt) return 0;
    }
  } finally {
    reading.abort();
    stop.unsubscribe();
    release();
  }
}

type Standing = Pick<TrialRow, 'attempt'> & { readonly open: boolean };

/** The state of a trial, after each entry about it. */
function standing(study: CommandStudy, trial: TrialId, signal: AbortSignal): Observable<Standing> {
  const rows = new TrialRows();
  return from(study.read(1, signal)).pipe(
    mergeMap((entries: readonly Entry[]) => entries),
    applyEntries<Params>(),
    mergeMap((entry) => {
      const row = rows.apply(entry);
      return row?.trial === trial ? [{ attempt: row.attempt, open: row.status === 'open' }] : [];
    }),
  );
}

/** Prints a file as it grows. Ends if the signal aborts, or at the end of the file once it is complete. */
async function followFile(path: string, isComplete: () => boolean, signal: AbortSignal): Promise<void> {
  for (let printed = 0; !signal.aborted; await sleep(POLL_MS, undefined, { signal }).catch(() => {})) {
    const isLast = isComplete(); // so that nothing after this check is missed
    if (existsSync(path)) {
      const gap = gapOf(path);
      printed = outputOffset(await copy(path, fileOffset(printed, gap)), gap);
    }
    if (isLast) return;
  }
}

function gapOf(path: string): Gap | undefined {
  const file = openSync(path, 'r');
  try {
    return gapIn(file);
  } finally {
    closeSync(file);
  }
}

/** Prints a file from a position on. @returns the position of its end. */
async function copy(path: string, start: number): Promise<number> {
  let position = start;
  for await (const chunk of createReadStream(path, { start }) as AsyncIterable<Buffer>) {
    position += chunk.length;
    if (!process.stdout.write(chunk)) await once(process.stdout, 'drain');
  }
  return position;
}
