import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { params, printMany, sh, start } from './support.ts';

const NOTHING =
  'exited 0 without a result: it printed no line that names a value; print a line such as "loss=0.38", or "epoch=3 loss=0.41" after each epoch';

describe('a program that reports faster than reports are stored', () => {
  it('can be stopped while it waits', async () => {
    let isStuck = true;
    const { done, stop, reports } = sh(printMany, { waiting: () => (isStuck ? 5000 : 0) });
    await eventually(() => expect(reports.length).toBeGreaterThan(0));
    stop();
    isStuck = false;
    expect(await done).toMatchObject({ type: 'stopped' });
  });
});

describe('a program that ends by itself', () => {
  it('completes with its result, after its reports', async () => {
    const { done, reports, log } = sh(
      'echo training; echo step=1 loss=3; echo step=2 loss=2 acc=0.5; echo \'{"value":1.5,"checkpoint":"last.pt"}\'; echo bye >&2',
    );
    expect(await done).toEqual({ type: 'completed', values: { loss: 1.5 }, checkpoint: 'last.pt', seconds: expect.any(Number) });
    expect(reports).toEqual([
      { step: 1, values: { loss: 3 } },
      { step: 2, values: { loss: 2 }, metrics: { acc: 0.5 } },
    ]);
    const printed = ['training', 'step=1 loss=3', 'step=2 loss=2 acc=0.5', '{"value":1.5,"checkpoint":"last.pt"}', 'bye', ''];
    expect(log().split('\n').sort()).toEqual(printed.sort());
  });

  it.each([
    ['the last result counts', 'echo loss=3; echo loss=2; echo step=9 loss=9', { type: 'completed', values: { loss: 2 } }],
    [
      'the last report is the result where there is none',
      'echo step=1 loss=3; echo step=2 loss=2 acc=1',
      { type: 'completed', values: { loss: 2 }, metrics: { acc: 1 } },
    ],
    ['a last line without a line feed counts', 'printf loss=4', { type: 'completed', values: { loss: 4 } }],
    [
      'the last checkpoint is remembered',
      'echo \'{"checkpoint":"a"}\'; echo \'{"checkpoint":"b"}\'; echo loss=1',
      { type: 'completed', checkpoint: 'b' },
    ],
    ['no result is a failure of its own', 'echo hello', { type: 'failed', reason: 'no-result', message: NOTHING }],
    ['half a result is none', 'printf \'{"value":0.\'', { type: 'failed', reason: 'no-result', message: NOTHING }],
    [
      'a code is an error, with the last line on stderr',
      'echo loss=1; echo "Traceback" >&2; echo "ValueError: no" >&2; echo >&2; exit 3',
      { type: 'failed', reason: 'error', message: 'exited with code 3: ValueError: no' },
    ],
    [
      'an error of Node is an error, without its frames',
      `node -e 'throw Object.assign(new Error("boom"), { code: "E" })'`,
      { type: 'failed', reason: 'error', message: 'exited with code 1: Error: boom' },
    ],
    ['a signal is an error', 'echo loss=1; kill -SEGV $$', { type: 'failed', reason: 'error', message: 'killed by SIGSEGV' }],
    [
      'a checkpoint outlives a failure',
      'echo \'{"checkpoint":"a"}\'; exit 1',
      { type: 'failed', message: 'exited with code 1', checkpoint: 'a' },
    ],
    ['a result that is not finite fails', 'echo step=1 loss=1; echo loss=nan', { type: 'failed', reason: 'non-finite' }],
    ['a last report that is not finite fails', 'echo step=1 loss=1; echo step=2 loss=inf', { type: 'failed', reason: 'non-finite' }],
    [
      'it may say that it may not run',
      'echo \'{"infeasible":"too big"}\'; exit 1',
      { type: 'failed', reason: 'infeasible', message: 'too big' },
    ],
  ])('%s', async (_, script, outcome) => expect(await sh(script).done).toMatchObject(outcome));

  it('warns of invalid reports, and continues', async () => {
    const { done, warnings, reports } = sh('echo step=x loss=1; echo step=2 loss=1');
    expect(await done).toMatchObject({ type: 'completed', values: { loss: 1 } });
    expect(warnings).toEqual(['the report of step "x": expected a step that is a whole number from 0 on']);
    expect(reports).toHaveLength(1);
  });

  it.each(['nan', 'inf'])('ends a program whose loss becomes %s, whatever it prints afterwards', async (value) => {
    const since = performance.now();
    const { done, warnings, reports } = sh(
      `echo step=1 loss=1; for i in 2 3 4; do echo step=$i loss=${value}; done; echo step=5 loss=2; echo loss=2; trap 'exit 0' TERM; sleep 60 & wait`,
    );
    expect(await done).toMatchObject({ type: 'failed', reason: 'non-finite' });
    expect(performance.now() - since).toBeLessThan(30_000);
    expect(warnings).toEqual([]);
    expect(reports).toEqual([{ step: 1, values: { loss: 1 } }]);
  });

  it('takes no result of a program whose loss was not finite three times in a row, even if it has ended already', async () => {
    const lost = 'for i in 1 2 3; do echo step=$i loss=nan; done';
    expect(await sh(`${lost}; echo loss=1`).done).toMatchObject({ type: 'failed', reason: 'non-finite' });
  });

  it('passes over a few reports that are not finite, but not the last one', async () => {
    const { done, reports } = sh(
      'for i in 1 2; do echo step=$i loss=nan; done; echo step=3 loss=2; echo step=4 loss=nan; echo step=5 loss=1',
    );
    expect(await done).toMatchObject({ type: 'completed', values: { loss: 1 } });
    expect(reports.map(({ step }) => step)).toEqual([3, 5]);
    expect(await sh('echo step=1 loss=2; echo step=2 loss=nan').done).toMatchObject({ type: 'failed', reason: 'non-finite' });
  });

  it('may print noise and lines of megabytes', async () => {
    const { done, paths } = sh('head -c 3000000 /dev/zero; echo; head -c 100000 /dev/urandom; echo; printf "\\377\\376\\n"; echo loss=1');
    expect(await done).toMatchObject({ type: 'completed', values: { loss: 1 } });
    expect(readFileSync(paths.log).length).toBe(3000000 + 1 + 100000 + 1 + 3 + 7);
  });

  it('reports a program that cannot be started', async () => {
    expect(await start(['no-such-program', '{lr}']).done).toMatchObject({
      type: 'failed',
      reason: 'error',
      message: expect.stringContaining('no-such-program'),
    });
    expect(await start(['/etc/passwd']).done).toMatchObject({ message: expect.stringContaining('EACCES') });
    expect(await sh('', { directory: '/no/such' }).done).toMatchObject({ message: expect.stringContaining('/no/such') });
    expect(await start(['p\0']).done).toMatchObject({ type: 'failed', reason: 'error' });
  });
});

describe('a program gets', () => {
  it('its arguments, unchanged', async () => {
    const print = 'console.error(JSON.stringify(process.argv.slice(1))); console.log("loss=1")';
    const { done, log } = start(['node', '-e', print.replaceAll('{', '{{'), '--', '{args}', '{optimizer}', '{trial}']);
    await done;
    expect(
      JSON.parse(
        log()
          .split('\n')
          .find((line) => line.startsWith('['))!,
      ),
    ).toEqual(['--lr', '0.1', '--batch-size', '32', '--optimizer', params.optimizer, params.optimizer, '7']);
  });

  it('its environment, files and directory', async () => {
    process.env.HYPERTIDE_BUDGET = 'of another study';
    onTestFinished(() => void delete process.env.HYPERTIDE_BUDGET);
    const { done, log, paths } = sh(
      'env | grep ^HYPERTIDE_ | grep -v "^HYPERTIDE_RUNNER=\\|^HYPERTIDE_PROGRAM=" | sort; test -d "$HYPERTIDE_CHECKPOINT_DIR" && echo loss=1',
      {},
      { checkpoint: 'e3.pt', resumes: 4 },
    );
    expect(await done).toMatchObject({ type: 'completed' });
    expect(log().trim().split('\n')).toEqual([
      'HYPERTIDE_ATTEMPT=1',
      'HYPERTIDE_CHECKPOINT=e3.pt',
      `HYPERTIDE_CHECKPOINT_DIR=${paths.checkpoints}`,
      `HYPERTIDE_PARAMS=${JSON.stringify(params)}`,
      `HYPERTIDE_PARAMS_FILE=${paths.params}`,
      'HYPERTIDE_PARAM_BATCH_SIZE=32',
      'HYPERTIDE_PARAM_LR=0.1',
      `HYPERTIDE_PARAM_OPTIMIZER=${params.optimizer}`,
      'HYPERTIDE_RESUMES=4',
      'HYPERTIDE_SLOT=2',
      'HYPERTIDE_STUDY=digits',
      'HYPERTIDE_TRIAL=7',
      'loss=1',
    ]);
    expect(JSON.parse(readFileSync(paths.params, 'utf8'))).toEqual(params);
  });

  it('a working directory, and no input', async () => {
    expect(await sh('cat; test "$(pwd)" = / && echo loss=1', { directory: '/' }).done).toMatchObject({ type: 'completed' });
  });
});

describe('a disk that is full', () => {
  /** A program whose parameters are written to a full device. */
  const waiting = () => {
    const directory = mkdtempSync(join(tmpdir(), 'hypertide-'));
    const paths = { params: join(directory, 'params.json'), checkpoints: join(directory, 'saved'), log: join(directory, 'log') };
    symlinkSync('/dev/full', paths.params);
    return { ...sh('echo loss=1', {}, { paths }), full: paths.params };
  };

  it('is waited for, with a message', async () => {
    const { done, warnings, full } = waiting();
    expect(warnings).toEqual([expect.stringMatching(/its files cannot be written: ENOSPC.*: waiting for space/)]);
    rmSync(full);
    expect(await done).toMatchObject({ type: 'completed', values: { loss: 1 } });
    expect(warnings).toHaveLength(1);
  });

  it('does not keep a program from ending', async () => {
    for (const [how, outcome] of [
      ['stop', { type: 'stopped' }],
      ['preempt', { type: 'failed', reason: 'preempted' }],
      ['kill', { type: 'failed', reason: 'preempted' }],
    ] as const) {
      const one = waiting();
      one[how]();
      expect(await one.done).toMatchObject(outcome);
    }
  });
});
