import { readFileSync } from 'node:fs';

/** Microseconds of CPU by whose they are. */
export type Cpu = Readonly<Record<string, number>>;

/** Microseconds in a tick of /proc, of which Linux has 100 a second. */
const TICK = 10_000;

/** Microseconds of CPU that a process has had, as Linux tells; elsewhere, and of a process that is gone, NaN. */
export function cpuOf(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [user, system] = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .slice(11, 13);
    return (Number(user) + Number(system)) * TICK;
  } catch {
    return Number.NaN;
  }
}
