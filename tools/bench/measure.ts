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

/** Microseconds of CPU that this process has used. */
export const ownCpu = (): number => {
  const { user, system } = process.cpuUsage();
  return user + system;
};

/** Megabytes that a process holds now, or held at most. */
export const memoryOf = (pid: number, what: 'VmRSS' | 'VmHWM' = 'VmRSS'): number =>
  Number(new RegExp(`${what}:\\s+(\\d+) kB`).exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? Number.NaN) / 1024;

/** The share of a core that each process uses while an act runs, in percent. */
export async function shareOfCore(pids: readonly number[], act: () => Promise<unknown>): Promise<number[]> {
  const before = pids.map(cpuOf);
  const since = performance.now();
  await act();
  const microseconds = 1000 * (performance.now() - since);
  return pids.map((pid, i) => (100 * (cpuOf(pid) - before[i]!)) / microseconds);
}

const verdicts: string[] = [];

/** Prints a figure, and whether it meets its target. @param bar what it is at most; with `least`, what it is at least */
export function judge(what: string, is: number, bar: number, unit: string, least?: 'least'): void {
  const met = least ? is >= bar : is <= bar;
  const verdict = `${met ? 'met   ' : 'MISSED'} ${what}: ${is.toFixed(is < 10 ? 2 : 0)} ${unit}; the target is at ${least ?? 'most'} ${bar}`;
  verdicts.push(verdict);
  console.log(`  ${verdict}`);
}

/** Prints all verdicts again, at the end of a benchmark. */
export const printVerdicts = (): void => console.log(`\n${verdicts.join('\n')}`);

/** Runs the chosen parts of a benchmark, by default all. */
export async function runParts(parts: Readonly<Record<string, () => Promise<void>>>, chosen: readonly string[]): Promise<never> {
  const unknown = chosen.find((name) => !(name in parts));
  if (unknown !== undefined) throw new Error(`expected a part among ${Object.keys(parts).join(', ')}, got ${unknown}`);
  for (const [name, part] of Object.entries(parts)) if (chosen.length === 0 || chosen.includes(name)) await part();
  printVerdicts();
  process.exit(0);
}
