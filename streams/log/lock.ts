import { lstatSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { jsonIn } from '../../src/schema/json.ts';
import { JournalError, JournalLockedError } from './errors.ts';

/** The holder of a lock. A process is identified by its id and its start, because ids are reused. */
interface Holder {
  readonly pid: number;
  readonly host: string;
  /** Boot id and start time in clock ticks, if the system has them (Linux), else empty. */
  readonly started: string;
}

/** Milliseconds after which a lock file without contents counts as abandoned: its process or machine died while creating it. */
const UNWRITTEN = 2000;

/** Locks of this process, by file. They are released when it exits, unless it is killed. */
const held = new Map<string, string>();

/**
 * Takes the lock file next to a journal, or takes it over if its process is gone. A lock of another machine is never taken over, since its process
 * cannot be checked.
 *
 * @returns a function that releases the lock.
 * @throws JournalLockedError if it is held, JournalError if the lock file cannot be written.
 */
export function lock(path: string): () => void {
  const file = `${path}.lock`;
  const mine = `${JSON.stringify({ pid: process.pid, host: hostname(), started: startOf(process.pid) ?? '' } satisfies Holder)}\n`;
  while (!create(path, file, mine)) {
    checkIsLock(path, file);
    const theirs = contents(file);
    if (theirs !== undefined) refuseIfHeld(path, file, theirs);
    if (theirs !== undefined) removeStale(file, theirs);
  }
  if (held.size === 0) process.on('exit', releaseAll);
  held.set(file, mine);
  return () => release(file);
}

/** @throws JournalLockedError if the lock of a journal is held. Unlike `lock`, this writes nothing. */
export function checkUnlocked(path: string): void {
  const file = `${path}.lock`;
  const theirs = contents(file);
  if (theirs !== undefined) refuseIfHeld(path, file, theirs);
}

/** O_EXCL: of several processes that create the file, one succeeds. */
function create(path: string, file: string, mine: string): boolean {
  try {
    writeFileSync(file, mine, { flag: 'wx' });
    return true;
  } catch (cause) {
    if (isCode(cause, 'EEXIST')) return false;
    throw new JournalError(path, `cannot write the lock file ${file}`, cause);
  }
}

/** A symbolic link, for example, would exist and yet have no contents: nothing would ever change. */
function checkIsLock(path: string, file: string): void {
  const there = lstatSync(file, { throwIfNoEntry: false });
  if (there && !there.isFile()) throw new JournalError(path, `expected a file as the lock ${file}, got something else: delete it`);
}

function refuseIfHeld(path: string, file: string, theirs: string): void {
  const holder = parse(theirs);
  const isHeld = holder ? holder.host !== hostname() || isRunning(holder) : Date.now() - modified(file) < UNWRITTEN;
  if (isHeld) throw new JournalLockedError(path, file, holder);
}

/** Moved before it is deleted: if another process took over the lock in between, the file is moved back. */
function removeStale(file: string, stale: string): void {
  const aside = `${file}.${process.pid}`;
  try {
    renameSync(file, aside);
    if (contents(aside) === stale) rmSync(aside, { force: true });
    else renameSync(aside, file);
  } catch (cause) {
    if (!isCode(cause, 'ENOENT')) throw cause;
  }
}

function release(file: string): void {
  const mine = held.get(file);
  if (mine === undefined) return;
  held.delete(file);
  if (held.size === 0) process.off('exit', releaseAll);
  if (contents(file) === mine) rmSync(file, { force: true });
}

function releaseAll(): void {
  for (const file of held.keys()) release(file);
}

/** Whether a process runs. @param started when it started, as `startOf` says */
export function isRunning({ pid, started }: Pick<Holder, 'pid' | 'started'>): boolean {
  try {
    process.kill(pid, 0);
  } catch (cause) {
    if (!isCode(cause, 'EPERM')) return false;
  }
  const start = startOf(pid);
  return started === '' || start === undefined || start === started;
}

/** The start of a process; undefined if the system does not provide it (no /proc, or not for this process). */
export function startOf(pid: number): string | undefined {
  try {
    // After the name, which may hold blanks and brackets: state is the first field, start time the twentieth (proc(5)).
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    if (fields[0] === 'Z' || fields[0] === 'X') return 'over'; // a zombie no longer writes
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}/${fields[19]}`;
  } catch {
    return undefined;
  }
}

function parse(text: string): Holder | undefined {
  const { pid, host, started } = (jsonIn(text) ?? {}) as Partial<Holder>;
  if (!Number.isInteger(pid) || pid! <= 0 || typeof host !== 'string' || typeof started !== 'string') return undefined;
  return { pid: pid!, host, started };
}

function contents(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    if (isCode(cause, 'ENOENT')) return undefined;
    throw cause;
  }
}

/** Time of the last change, or long ago if the file is gone. */
const modified = (file: string): number => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;

const isCode = (cause: unknown, code: string): boolean => cause instanceof Error && 'code' in cause && cause.code === code;
