import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hypertide, journalOf, start, studyIn, until } from '../cli/support.ts';
import { eventually } from '../support/eventually.ts';

/** A Python with scikit-learn. On some machines, the first one on the path is not that of the system. */
const python = execFileSync(fileURLToPath(new URL('../scripts/ensure-python.sh', import.meta.url)), ['sklearn'], {
  encoding: 'utf8',
}).trim();

interface Line {
  readonly step?: number;
  readonly value: number;
}
interface Ended {
  readonly lines: Line[];
  readonly code: number | null;
  readonly errors: string;
}

/** Runs a trainer. @param onLine called for each line that it prints */
const run = (script: string, args: string[], env: Record<string, string> = {}, onLine?: (kill: () => void) => void) =>
  new Promise<Ended>((resolve) => {
    const path = fileURLToPath(new URL(`../../examples/python/${script}`, import.meta.url));
    const trainer = spawn(python, [path, ...args], { env: { ...process.env, ...env } });
    let [output, errors] = ['', ''];
    trainer.stderr.on('data', (chunk) => {
      errors += chunk;
    });
    trainer.stdout.on('data', (chunk) => {
      output += chunk;
      onLine?.(() => trainer.killed || trainer.kill('SIGTERM')); // a second signal would interrupt its exit
    });
    trainer.on('close', (code) => {
      const text = output.trim();
      resolve({ lines: text === '' ? [] : text.split('\n').map((line) => JSON.parse(line)), code, errors });
    });
  });

const expectCurve = ({ lines, code, errors }: Ended, epochs: number, highest: number) => {
  expect(code, errors).toBe(0);
  expect(lines.map(({ step }) => step)).toEqual([...Array.from({ length: epochs }, (_, i) => i + 1), undefined]);
  expect(lines.at(-1)!.value).toBe(lines.at(-2)!.value);
  expect(lines.at(-1)!.value).toBeLessThan(highest);
};

describe('train_plain.py', () => {
  it.each(['relu', 'tanh', 'logistic'])('prints a report per epoch and the result (%s)', async (activation) => {
    const args = ['--units', '16', '--activation', activation, '--alpha', '1e-5', '--learning-rate', '0.05', '--epochs', '2'];
    expectCurve(await run('train_plain.py', args), 2, 0.2);
  });

  it('refuses unknown arguments', async () => {
    const { code, errors } = await run('train_plain.py', ['--activation', 'sine']);
    expect(code).toBe(2);
    expect(errors).toContain("invalid choice: 'sine'");
  });
});

describe('train_mlp.py', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'hypertide-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));
  const config = ['--units', '32', '--activation', 'tanh', '--alpha', '1e-4', '--learning-rate', '1e-3'];

  it('prints a report per epoch and the result, and resumes from its checkpoint as if it had never ended', async () => {
    const whole = await run('train_mlp.py', [...config, '--epochs', '8']);
    expectCurve(whole, 8, 0.1);
    await run('train_mlp.py', [...config, '--epochs', '5'], { HYPERTIDE_CHECKPOINT_DIR: directory });
    const resumed = await run('train_mlp.py', [...config, '--epochs', '8'], { HYPERTIDE_CHECKPOINT: directory });
    expect(resumed.lines).toEqual(whole.lines.slice(5));
  });

  it('saves a checkpoint when it gets a signal, and resumes with the learning rate of its arguments', async () => {
    const endless = [...config, '--epochs', '100000'];
    const stopped = await run('train_mlp.py', endless, { HYPERTIDE_CHECKPOINT_DIR: directory }, (kill) => kill());
    expect(stopped.code).toBe(143);
    const { step, value } = stopped.lines.at(-1)!;
    // Such a small rate changes no prediction; the larger rate of the checkpoint would.
    const tiny = [...config, '--learning-rate', '1e-12', '--epochs', `${step! + 2}`];
    const resumed = await run('train_mlp.py', tiny, { HYPERTIDE_CHECKPOINT: join(directory, 'mlp.pickle') });
    expect(resumed.lines).toEqual([{ step: step! + 1, value }, { step: step! + 2, value }, { value }]);
  });
});

describe('mlflow_runs.py', () => {
  const script = fileURLToPath(new URL('../../examples/python/mlflow_runs.py', import.meta.url));
  const PYTHONPATH = fileURLToPath(new URL('./standIns', import.meta.url));

  it('logs each report once, also if it is ended and started again', async () => {
    const place = studyIn('trials: 2\nobjective: minimize loss\n');
    const program = ['sh', '-c', 'for i in 1 2; do echo "epoch=$i loss=$i.5 size=7"; done', '{x}'];
    const store = join(place, 'mlflow.json');
    const runs = () => Object.values<{ tags: Record<string, string> }>(JSON.parse(readFileSync(store, 'utf8')).study);
    const results = () => journalOf(place).flatMap(({ type }, i) => (type === 'completed' ? [String(i + 1)] : []));
    await hypertide(place, 'run', 'study.yaml', '--', ...program);
    const dashboard = start(place, 'dashboard', 'study.jsonl', '--port', '0');
    await until(() => dashboard.said().includes('http'));
    const url = /http:\/\/[\d.]+:\d+/.exec(dashboard.said())![0];
    const log = async () => {
      const child = spawn(python, [script, `${url}/v1/studies/study`], { env: { ...process.env, PYTHONPATH, MLFLOW_TRACKING_URI: store } });
      await eventually(() => expect(runs().map(({ tags }) => tags['hypertide.position'])).toEqual(results()));
      child.kill('SIGINT');
    };
    await log();
    await hypertide(place, 'change', 'study.jsonl', '--trials', '+1');
    await hypertide(place, 'run', 'study.yaml', '--', ...program);
    await log();
    expect(runs()).toMatchObject(
      [1, 2, 3].map((trial) => ({
        name: `trial ${trial}`,
        status: 'FINISHED',
        params: { x: expect.any(String) },
        metrics: {
          loss: [
            [1, 1.5],
            [2, 2.5],
          ],
          size: [
            [1, 7],
            [2, 7],
          ],
          'final loss': [[0, 2.5]],
        },
      })),
    );
    dashboard.child.kill();
    await dashboard.ended;
  });
});
