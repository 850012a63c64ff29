import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { open, parseStrategy, type StrategySpec } from '../../../streams/index.ts';
import type { Problem } from './problems.ts';

/** One run of whoever is measured, on one problem. */
export interface Session {
  ask(): Promise<object>;
  tell(value: number): Promise<void>;
  /** Milliseconds of CPU it took. */
  close(): Promise<number>;
}

export interface Contender {
  readonly name: string;
  start(problem: Problem, seed: number, trials: number): Promise<Session>;
}

/** A strategy of ours. Its time is that of this process while it was asked and told. */
export const ours = (spec: StrategySpec, name = typeof spec === 'string' ? spec : JSON.stringify(spec)): Contender => ({
  name,
  start: async ({ space }, seed, trials) => {
    const study = open(space, parseStrategy(spec), { seed, trials });
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
      tell: (value) => timed(() => study.tell(last, value)),
      close: async () => {
        await study.close();
        return spent;
      },
    };
  },
});

const SERVER = fileURLToPath(new URL('optuna_server.py', import.meta.url));
const PYTHON = '/usr/bin/python3';

/** Whether Debian's python3-optuna is there. */
export const hasOptuna = (): boolean => spawnSync(PYTHON, ['-c', 'import optuna'], { stdio: 'ignore' }).status === 0;

/** Optuna's multivariate TPE, with groups for conditional spaces. */
export const optuna = (): Contender => ({
  name: 'Optuna TPE',
  start: async ({ space }, seed) => {
    const server = spawn(PYTHON, [SERVER], { stdio: ['pipe', 'pipe', 'inherit'] });
    const call = caller(server);
    await call({ space: (space.toJSON() as { parameters: object }).parameters, seed });
    return {
      ask: async () => (await call({ ask: true })).params as object,
      tell: async (value) => void (await call({ tell: value })),
      close: async () => {
        const { milliseconds } = await call({ quit: true });
        server.stdin!.end();
        return milliseconds as number;
      },
    };
  },
});

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
