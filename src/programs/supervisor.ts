import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import type { Writable } from 'node:stream';

/** Variables in the environment of each program, by which it is found: the runner that started it, and its number there. */
const RUNNER = 'HYPERTIDE_RUNNER';
const PROGRAM = 'HYPERTIDE_PROGRAM';
const runner = randomUUID();
let count = 0;

/**
 * Reads `+ pid` and `- pid` of process groups that run, and `! mark` of programs to sweep: on Linux it kills whatever carries that mark in its
 * environment, in whatever session. When its input ends without `q`, the runner is gone, and everything that it had started is killed. It checks
 * several times, because the environment of a process is not visible while it starts a program.
 */
const SCRIPT = `
sweep() {
  mark=$1
  shift
  for pause; do
    sleep $pause
    for file in $(grep -Fls "$mark" /proc/[0-9]*/environ 2>/dev/null); do
      pid=\${file#/proc/}; pid=\${pid%/environ}
      [ "$pid" = $$ ] || kill -KILL "$pid" 2>/dev/null
    done
  done
}
groups=
while read -r word what; do
  case $word in
    +) groups="$groups $what" ;;
    -) rest=; for group in $groups; do [ "$group" = "$what" ] || rest="$rest $group"; done; groups=$rest ;;
    !) sweep "${PROGRAM}=$what" 0 0.5 & ;;
    q) exit ;;
  esac
done
for group in $groups; do kill -KILL "-$group" 2>/dev/null; done
sweep "${RUNNER}=$1" 0 0.1 0.2 0.4 0.8 1.6 3.2
`;

let supervisor: ChildProcessByStdio<Writable, null, null> | undefined;
const groups = new Set<number>();

/** The mark of a program. The dot distinguishes 1 from 10. */
export function newMark(): string {
  watch();
  return `${runner}/${++count}.`;
}

export const environmentFor = (mark: string): Readonly<Record<string, string>> => ({ [RUNNER]: runner, [PROGRAM]: mark });

/** Registers a program in its own process group: it ends with this process, even if that is killed. */
export function guard(group: number): void {
  groups.add(group);
  tell(`+ ${group}`);
}

/** Removes a program that has ended. */
export function release(group: number): void {
  groups.delete(group);
  tell(`- ${group}`);
}

export function signalGroup(group: number | undefined, signal: 'SIGTERM' | 'SIGKILL'): void {
  if (group === undefined) return;
  try {
    process.kill(-group, signal);
  } catch {} // no process is left
}

/** Kills what is left of a program that has ended, even outside its process group. On Linux only. */
export const sweep = (mark: string): void => tell(`! ${mark}`);

/**
 * Starts the supervisor in its own session, so that signals to the group or terminal of the runner do not reach it, and at the root, so that it does
 * not keep the file system of the study busy, which may be unmounted when the runner has ended.
 */
function watch(): void {
  if (supervisor) return;
  const child = spawn('/bin/sh', ['-c', SCRIPT, 'hypertide-supervisor', runner], {
    detached: true,
    cwd: '/',
    stdio: ['pipe', 'ignore', 'ignore'],
    env: { PATH: process.env.PATH },
  });
  const lost = () => {
    if (supervisor === child) supervisor = undefined; // the next program has another one
  };
  child.on('error', lost);
  child.on('exit', lost);
  child.stdin.on('error', lost);
  child.unref();
  (child.stdin as Writable & { unref?(): void }).unref?.();
  supervisor = child;
  for (const group of groups) tell(`+ ${group}`);
  process.once('exit', () => groups.size === 0 && tell('q'));
}

function tell(line: string): void {
  supervisor?.stdin.write(`${line}\n`);
}
