import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { createStudy, parseStrategy, type StrategySpec } from '../../../streams/index.ts';
import type { Problem } from './problem.ts';

/** One run of a contender on one problem. */
export interface Session {
  ask(): Promise<object>;
  /** @param values one for each objective; NaN if the trial failed. */
  tell(...values: readonly number[]): Promise<void>;
  /** @returns milliseconds of CPU that the run took. */
  close(): Promise<number>;
}

/** What a contender sees of a problem. */
export interface Task extends Pick<Problem, 'name' | 'space'> {
  /** How many are minimised. Absent: one. */
  readonly objectives?: number;
}

export interface Contender {
  readonly name: string;
  start(task: Task, seed: number, trials: number): Promise<Session>;
  /** After the last session. */
  stop(): void;
}

/** A strategy of hypertide. Its time is the CPU time of this process during asks and tells. */
export const ours = (spec: StrategySpec, name = typeof spec === 'string' ? spec : JSON.stringify(spec)): Contender => ({
  name,
  stop: () => {},
  start: async ({ name: task, space, objectives = 1 }, seed, trials) => {
    const minimized = Array.from({ length: objectives }, (_, i) => `loss${i + 1}`);
    // Problems have random numbers of their own: otherwise the same luck counts several times in their mean.
    const study = createStudy(space, {
      strategy: parseStrategy(spec),
      seed: `${task} ${seed}`,
      resumes: true,
      trials,
      objectives: Object.fromEntries(minimized.map((name) => [name, 'minimize'])),
      warn: () => {},
    });
    let spent = 0;
    let last = 0;
    const timed = async <T>(act: () => Promise<T>): Promise<T> => {
      const since = process.cpuUsage();
      const result = await act();
      const { user, system } = process.cpuUsage(since);
      spent += (user + system) / 1000;
      return result;
    };
    return {
      ask: () =>
        timed(async () => {
          const suggestion = (await study.ask())!;
          last = suggestion?.trial;
          return suggestion?.params;
        }),
      tell: (...values) =>
        timed(() =>
          values.some(Number.isNaN)
            ? study.fail(last, 'infeasible')
            : study.tell(last, { values: Object.fromEntries(minimized.map((name, i) => [name, values[i]!])) }),
        ),
      close: async () => {
        await study.close();
        return spent;
      },
    };
  },
});

const SERVER = fileURLToPath(new URL('optuna_server.py', import.meta.url));
const PYTHON = '/usr/bin/python3';
/** One thread, as hypertide has. */
const ENVIRONMENT = { ...process.env, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' };

const imports = (modules: string): boolean => spawnSync(PYTHON, ['-c', `import ${modules}`], { stdio: 'ignore' }).status === 0;

/** Optuna's samplers, as far as Debian's python3-optuna, python3-torch and python3-scipy are installed. */
export function peers(): { readonly here: Contender[]; readonly missing: string[] } {
  if (!imports('optuna')) return { here: [], missing: ['Optuna: there is no python3-optuna'] };
  if (!imports('torch, scipy'))
    return { here: [optuna('tpe')], missing: ["Optuna's GP sampler: there is no python3-torch, or no python3-scipy"] };
  return { here: [optuna('tpe'), optuna('gp')], missing: [] };
}

/**
 * One of Optuna's samplers, as optuna_server.py knows them: `tpe` is multivariate, with groups for conditional spaces. One process serves all runs, since
 * importing Optuna takes seconds.
 */
export function optuna(sampler: string): Contender {
  const server = spawn(PYTHON, [SERVER], { stdio: ['pipe', 'pipe', 'inherit'], env: ENVIRONMENT });
  const call = caller(server);
  let spent: unknown;
  const timed = async (message: object): Promise<Record<string, unknown>> => {
    const reply = await call(message);
    spent = reply.milliseconds;
    return reply;
  };
  return {
    name: `Optuna ${sampler.toUpperCase()}`,
    stop: () => server.stdin.end(),
    start: async ({ space, objectives = 1 }, seed) => {
      await timed({ space: (space.toJSON() as { parameters: object }).parameters, seed, sampler, objectives });
      return {
        ask: async () => (await timed({ ask: true })).params as object,
        tell: async (...values) => void (await timed({ tell: values })),
        close: async () => spent as number,
      };
    },
  };
}

/** One line out, one line back. */
function caller({ stdin, stdout }: ChildProcess): (message: object) => Promise<Record<string, unknown>> {
  const lines = createInterface({ input: stdout! })[Symbol.asyncIterator]();
  return async (message) => {
    stdin!.write(`${JSON.stringify(message)}\n`);
    const { value, done } = await lines.next();
    if (done) throw new Error('Optuna ended without an answer');
    return JSON.parse(value);
  };
}
