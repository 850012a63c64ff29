import { readFileSync } from 'node:fs';

/** Microseconds of CPU by name of the process. */
export type Cpu = Readonly<Record<string, number>>;

/** Microseconds in a tick of /proc, of which Linux has 100 a second. */
const TICK = 10_000;

/** Microseconds of CPU that a process has used, as Linux reports it. NaN on other systems and for a process that has ended. */
export const cpuOf = (pid: number): number => ticks(`/proc/${pid}/stat`, /.*\) (.*)/, 11, 12);

/** Microseconds of CPU that all processes of this machine have used, with the kernel's share. */
export const cpuOfAll = (): number => ticks('/proc/stat', /^cpu +(.*)/, 0, 1, 2, 5, 6, 7);

function ticks(file: string, line: RegExp, ...places: readonly number[]): number {
  try {
    const words = line.exec(readFileSync(file, 'utf8'))![1]!.split(' ');
    return TICK * places.reduce((sum, place) => sum + Number(words[place]), 0);
  } catch {
    return Number.NaN;
  }
}
