import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { float, int, type Space, space } from '../../../streams/index.ts';

/** The parts of COCO's core, as its own build joins them. */
const CORE = ['coco_random', 'coco_suite', 'coco_observer', 'coco_archive', 'coco_runtime_c'];

/** A C source with all that it includes by name, each file once. */
function joined(file: string, seen: Set<string>): string {
  if (seen.has(file)) return '';
  seen.add(file);
  return readFileSync(file, 'utf8').replaceAll(/^#include "(.*)".*$/gm, (_, name: string) => joined(join(dirname(file), name), seen));
}

/**
 * Compiles COCO's functions from a clone of github.com/numbbo/coco-experiment.
 *
 * @returns the program, see pipe.c.
 */
export function compiled(clone: string, folder: string): string {
  mkdirSync(folder, { recursive: true });
  const seen = new Set<string>();
  const parts = CORE.map((name) => joined(join(clone, 'src', `${name}.c`), seen));
  const source = join(folder, 'coco.c');
  const program = resolve(folder, 'coco');
  const main = readFileSync(new URL('pipe.c', import.meta.url), 'utf8');
  writeFileSync(source, [...parts, 'const char *coco_version = "clone";', main].join('\n'));
  execFileSync('cc', ['-w', '-O2', '-o', program, source, '-lm'], { stdio: 'inherit' });
  return program;
}

/** One problem of a suite; it must be left before the next one. */
export interface Served {
  readonly space: Space<Record<string, number>>;
  readonly objectives: number;
  evaluate(x: readonly number[]): Promise<readonly number[]>;
}

/** What to run: one function in one dimension, on some instances. */
export interface Selection {
  readonly suite: string;
  /** From 1 on, within the suite. */
  readonly index: number;
  readonly dimension: number;
  /** As COCO writes lists, such as `1-3`. */
  readonly instances: string;
}

/** The problems of a selection, one after the other. COCO logs the evaluations in `exdata/run` below a folder. */
export async function* functionsOf(program: string, { suite, index, dimension, instances }: Selection, folder: string, name: string) {
  const observer = `result_folder: run algorithm_name: ${name}`;
  const child: ChildProcess = spawn(
    program,
    [suite, `instances: ${instances}`, `dimensions: ${dimension} function_indices: ${index}`, observer],
    {
      cwd: folder,
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  );
  const closed = once(child, 'close');
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  const numbers = async (): Promise<number[] | undefined> => {
    const { value, done } = await lines.next();
    return done ? undefined : value.split(' ').map(Number);
  };
  for (let head = await numbers(); head; head = await numbers()) {
    const [d, integers, objectives, ...bounds] = head as [number, number, number, ...number[]];
    const axis = (i: number) => (i < integers ? int : float)(bounds[i]!, bounds[d + i]!);
    yield {
      space: space(Object.fromEntries(Array.from({ length: d }, (_, i) => [`x${i}`, axis(i)]))),
      objectives,
      evaluate: async (x) => {
        child.stdin!.write(`${x.map(String).join(' ')}\n`);
        return (await numbers())!;
      },
    } satisfies Served as Served;
    child.stdin!.write('\n');
  }
  await closed;
  if (child.exitCode !== 0) throw new Error(`${program} ended with ${child.exitCode}`);
}
