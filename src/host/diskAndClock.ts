import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Plugin } from './host.ts';

/** The measurements of this machine. */
export interface Readings {
  /** Free bytes on the disk of a directory. */
  readonly free: (directory: string) => Promise<number>;
  /** Milliseconds by which the clock is ahead of elapsed time. They change only when the clock is set. */
  readonly lead: () => number;
}

/** Free bytes below which a disk is nearly full: programs with long output write as much within minutes. */
const LITTLE = 10e6;
/** Seconds by which a clock may be corrected without a warning. */
const CORRECTION = 5;

const thisMachine: Readings = {
  free: async (directory) => {
    const { bavail, bsize } = await statfs(directory);
    return bavail * bsize;
  },
  lead: () => Date.now() - performance.now(),
};

/**
 * Warns about problems of a study that cause no error: once when the disk of its directory is nearly full (a write fails only later, because the last
 * block of each file has room for more lines), and whenever the clock jumps, because the times in the log then jump too.
 *
 * @param pause milliseconds between two checks
 * @returns ends the watch.
 */
export function watchDiskAndClock(directory: string, warn: (message: string) => void, pause = 2000, machine = thisMachine): () => void {
  let isFull = false;
  let lead = machine.lead();
  const lookAtDisk = async () => {
    const free = await machine.free(directory);
    const isLow = free < LITTLE;
    const left = (free / 1e6).toFixed(1);
    if (isLow && !isFull)
      warn(`${directory}: the disk is nearly full (${left} MB free): free some space, or the study will wait when the disk is full`);
    isFull = isLow;
  };
  const lookAtClock = () => {
    const jump = Math.round((machine.lead() - lead) / 1000);
    if (Math.abs(jump) <= CORRECTION) return;
    lead += jump * 1000;
    const way = jump > 0 ? 'forward' : 'back';
    warn(`the clock jumped ${way} by ${Math.abs(jump)} s: times in the log jump, too; leases, limits and durations do not depend on it`);
  };
  const timer = setInterval(() => {
    lookAtClock();
    lookAtDisk().catch(() => {}); // some file systems do not report free space
  }, pause);
  timer.unref();
  return () => clearInterval(timer);
}

/** Watches the disk of each journal and the clock, once for all studies in a folder. */
export function diskAndClock(): Plugin {
  const folders = new Map<string, { studies: number; readonly unwatch: () => void }>();
  return ({ journal, line }) => {
    if (journal === undefined) return {};
    const folder = dirname(journal);
    const watched = folders.get(folder) ?? { studies: 0, unwatch: watchDiskAndClock(folder, (text) => line(text, { level: 'warn' })) };
    folders.set(folder, watched);
    watched.studies++;
    return {
      close: () => {
        if (--watched.studies > 0) return;
        folders.delete(folder);
        watched.unwatch();
      },
    };
  };
}
