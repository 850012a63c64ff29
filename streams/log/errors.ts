import { hostname } from 'node:os';
import { UserError } from '../../src/errors.ts';

/** A journal could not be opened, read or written. `cause` is the error of the file system, if there was one. */
export class JournalError extends UserError {
  override readonly name = 'JournalError';
  readonly code = 'journal';
  readonly path: string;

  constructor(path: string, what: string, cause?: unknown) {
    super(`${path}: ${what}${cause instanceof Error ? ` (${cause.message})` : ''}`, { cause });
    this.path = path;
  }
}

/** What holds a journal, and what frees it. */
const holding = (lock: string, { pid, host }: { readonly pid: number; readonly host: string }): string =>
  `process ${pid} on ${host} is writing this journal, which has one writer at a time; "hypertide trials", "best" and "dashboard" read it meanwhile. ${freedBy(lock, host)}`;

/** What frees a journal. Whether a process of another machine still runs, this one cannot check. */
const freedBy = (lock: string, host: string): string =>
  host === hostname()
    ? 'It runs now: stop it, or wait until it ends'
    : `That is another machine: if the process has ended there, it is safe to delete ${lock}, which holds no results; while it runs, two writers would lose trials. To share a study between machines, let "hypertide serve" run it`;

/** Another process, or another part of this one, is writing the journal. */
export class JournalLockedError extends UserError {
  override readonly name = 'JournalLockedError';
  readonly code = 'journal-locked';
  readonly path: string;
  /** The lock file. */
  readonly lock: string;
  /** The process that holds it; 0 if the lock file does not name it. */
  readonly pid: number;
  /** Whether it is on another machine. */
  readonly isElsewhere: boolean;

  /** @param holder undefined if the lock file names none: it was just created, or is damaged. */
  constructor(path: string, lock: string, holder: { readonly pid: number; readonly host: string } | undefined) {
    super(
      `${path}: ${holder ? holding(lock, holder) : `the lock file ${lock} has just been written, and names no process: try again in a few seconds`}`,
    );
    this.path = path;
    this.lock = lock;
    this.pid = holder?.pid ?? 0;
    this.isElsewhere = holder !== undefined && holder.host !== hostname();
  }
}

/** Error codes of a full disk. */
const FULL = ['ENOSPC', 'EDQUOT'];

/** Whether an error says that the disk is full. */
export function isDiskFull(error: unknown): boolean {
  const { code, cause } = error as { code?: string; cause?: { code?: string } };
  return [code, cause?.code].some((one) => one !== undefined && FULL.includes(one));
}
