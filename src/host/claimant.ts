import { crc32 } from 'node:zlib';
import { isRunning, startOf } from '../../streams/log/lock.ts';

/** A use of a journal by a process, which claims trials. */
export interface Claimant {
  readonly name: string;
  /** What its requests are named after. */
  readonly id: string;
  /** Its claims are lost from now on. */
  end(): void;
}

/** Those of this process that have not ended. */
const open = new Set<string>();

/** What tells the start of a process from others, in few characters: each claim is in several lines of the journal. */
const startIn = (started: string | undefined): string => (started === undefined ? '' : crc32(started).toString(36));

/** Its claims are kept as long as it and its process last. */
export function claimant(): Claimant {
  const id = crypto.randomUUID().slice(0, 8);
  const name = `${process.pid}:${startIn(startOf(process.pid))}:${id}`;
  open.add(name);
  return { name, id, end: () => void open.delete(name) };
}

/** A claim on a trial. @param name of the claimant. @param request a name that is its own there */
export const claimOf = (name: string, request: string): string => `${name}:${request}`;

const CLAIM = /^((\d+):([^:]*):[\da-f]+):/;

/** Whether the claim is one of a process of this machine that has ended. */
export function hasEnded(claim: string): boolean {
  const found = CLAIM.exec(claim);
  if (!found) return false;
  const [, name, pid, started] = found;
  if (Number(pid) === process.pid) return !open.has(name!);
  return !isRunning({ pid: Number(pid), started: '' }) || startIn(startOf(Number(pid))) !== started;
}

/** Whether no process of this machine works on the trial of a claim. */
export const isGone = (claim: string): boolean => !CLAIM.test(claim) || hasEnded(claim);

/** Whether a claim is that of a claimant. */
export const isOf = (name: string, claim: string | undefined): boolean => claim?.startsWith(`${name}:`) ?? false;
