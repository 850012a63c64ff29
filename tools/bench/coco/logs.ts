import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The best error after so many evaluations, in ascending order; for two objectives, the difference of hypervolumes. */
export type Curve = readonly (readonly [evaluations: number, error: number])[];

/** Curves by dimension, function and instance, such as `5 6 1`. A reference of COCO has one curve for all instances, `5 6 *`. */
export type Curves = ReadonlyMap<string, Curve>;

const HEADING = /^(?:funcId|function) *= *(\d+), *(?:DIM|dim) *= *(\d+)/;

/** What lines of one log say, by run. Each run begins with comments. */
function runsIn(file: string): (readonly [number, number])[][] {
  const runs: (readonly [number, number])[][] = [];
  if (!existsSync(file)) return runs;
  let isComment = false;
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    if (line.startsWith('%') && !isComment) runs.push([]);
    isComment = line.startsWith('%');
    const [evaluations, second, third] = line.trim().split(/\s+/).map(Number);
    // With two objectives, the second number is the indicator, and there is no third one or the target.
    const error = file.includes('_hyp') ? second : third;
    if (!isComment && Number.isFinite(evaluations) && Number.isFinite(error)) runs.at(-1)!.push([evaluations!, error!]);
  }
  return runs;
}

/** Reads all logs of COCO's observers below a folder, in the formats since 2009. */
export function logsIn(folder: string): Curves {
  const curves = new Map<string, Curve>();
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.info')) continue;
    const lines = readFileSync(join(folder, name), 'utf8').split('\n');
    let below = dirname(join(folder, name));
    for (const [at, line] of lines.entries()) {
      const part = /folder = '([^']*)'/.exec(line)?.[1];
      if (part !== undefined) below = join(dirname(join(folder, name)), part);
      const [, f, d] = HEADING.exec(line.replace(/^suite = '[^']*', /, '')) ?? [];
      if (f === undefined) continue;
      const data = line.includes('.dat') ? line : lines.slice(at + 1).find((next) => !next.startsWith('%') && next.trim() !== '')!;
      const cells = data.split(',').map((cell) => cell.trim());
      const from = cells.findIndex((cell) => cell.endsWith('.dat'));
      const file = join(below, cells[from]!.replaceAll('\\', '/'));
      // One log has the improvements, the other certain numbers of evaluations.
      const [improved, timed] = [runsIn(file), runsIn(file.replace(/dat$/, 'tdat'))];
      const instances = /bestalg|artificial/i.test(data + line) ? ['*'] : cells.slice(from + 1).map((cell) => cell.split(':')[0]!);
      for (const [i, instance] of instances.entries()) {
        const key = `${d} ${f} ${instance}`;
        const curve = [...(improved[i] ?? []), ...(timed[i] ?? [])].sort((a, b) => a[0] - b[0]);
        if (!curves.has(key) && curve.length > 0) curves.set(key, curve);
      }
    }
  }
  return curves;
}

/** COCO's last target, at which runs may end. */
export const LEAST = 1e-8;

/** The lowest error after so many evaluations; undefined if the run had ended before, without the last target. A reference of COCO ends with its best. */
export function errorAfter(curve: Curve, evaluations: number, isReference = false): number | undefined {
  const errors = curve.filter(([n]) => n <= evaluations).map(([, error]) => error);
  const least = Math.min(...errors);
  return curve.at(-1)![0] >= evaluations || least <= LEAST || isReference ? least : undefined;
}
