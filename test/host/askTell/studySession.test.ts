import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { askTell } from '../../../src/cli/commands/dev/askTell.ts';
import { submitToRun } from '../../../src/stores/controlSocket.ts';
import { command } from '../../support/command.ts';

const STUDY = { parameters: { x: { type: 'float', low: 0, high: 1 } }, objective: 'minimize loss', seed: 1 };
const init = (more: object = {}) => ({ cmd: 'init', study: { ...STUDY, ...more } });

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hypertide-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

type Reply = Record<string, unknown>;

/** Sends requests, and gives the replies. @param requests also what to do once those before are answered. @param isLast the reply after which the input ends; without it, it ends with the requests */
async function inform(
  requests: readonly (object | (() => Promise<unknown>))[],
  journal?: string,
  isLast?: (reply: Reply) => boolean,
): Promise<Reply[]> {
  const replies: Reply[] = [];
  async function* lines() {
    let sent = 0;
    for (const request of requests) {
      if (typeof request !== 'function') {
        sent++;
        yield `${JSON.stringify(request)}\n`;
        continue;
      }
      while (replies.length < sent) await new Promise(setImmediate);
      await request();
    }
    while (isLast && !replies.some(isLast)) await new Promise(setImmediate);
  }
  await askTell(journal === undefined ? {} : { journal }, Readable.from(lines()), (line) => replies.push(JSON.parse(line)));
  return replies;
}

describe('ask-tell with a study', () => {
  it('gives parameters of a program their priors, and calls a trial id for harnesses', async () => {
    const study = {
      ...STUDY,
      parameters: { C: { type: 'float', low: 1e-9, high: 1e9, log: true } },
      program: 'sklearn.svm.SVC',
      strategy: 'random',
    };
    const asked = Array.from({ length: 20 }, (_, i) => [{ cmd: 'ask' }, { cmd: 'tell', id: i + 1, values: { loss: 0 } }]).flat();
    const within = async (priors: object) => {
      const replies = await inform([{ cmd: 'init', study: { ...study, ...priors } }, ...asked]);
      expect(replies.filter(({ ok }) => ok)).toHaveLength(21);
      return replies.filter(({ id, params }) => id !== undefined && Math.abs(Math.log10((params as { C: number }).C) - 1) < 3).length;
    };
    expect(await within({})).toBe(20);
    expect(await within({ priors: 'none' })).toBeLessThan(12);
  });

  it('names what keeps a strategy from suiting a study', async () => {
    const [refused] = await inform([init({ strategy: 'cmaes', objective: undefined, objectives: { loss: 'minimize', size: 'minimize' } })]);
    expect(refused).toMatchObject({ code: 'strategy', error: expect.stringContaining('several') });
  });

  it('uses the names of the objectives, and says when a trial should stop', async () => {
    const requests = [init({ strategy: { chain: ['percentileStop', 'random'] }, parallel: 9 })];
    for (let id = 1; id <= 5; id++) {
      requests.push({ cmd: 'ask' } as never, { cmd: 'report', trial: id, step: 1, values: { loss: id } } as never);
      if (id < 5) requests.push({ cmd: 'tell', trial: id, values: { loss: id }, metrics: { size: 3 } } as never);
    }
    const replies = await inform([...requests, { cmd: 'tell', trial: 5, stopped: true }, { cmd: 'best' }, { cmd: 'trials' }]);
    expect(replies[0]).toMatchObject({ ok: true, study: 'study', objectives: { loss: 'minimize' } });
    expect(replies.filter(({ stop }) => stop)).toHaveLength(1);
    expect(replies.at(-2)).toMatchObject({ best: { trial: 1, values: { loss: 1 }, metrics: { size: 3 } } });
    const rows = replies.at(-1)!.trials as { readonly status: string }[];
    expect(rows.map(({ status }) => status)).toEqual(['completed', 'completed', 'completed', 'completed', 'stopped']);
  });

  it('races on examples, and gives the rest of them to another attempt', async () => {
    const path = join(folder, 'study.jsonl');
    const report = (trial: number, place: number, loss: number) => ({
      cmd: 'report',
      trial,
      step: 1,
      values: { loss },
      results: [[place, loss]],
      metrics: { usd: 0.5 },
    });
    const racing = init({ examples: ['a', 'b'], spend: { usd: 10 }, strategy: 'random' });
    const [opened, asked] = await inform([racing, { cmd: 'ask' }, report(1, 1, 4)], path);
    expect(opened).toMatchObject({ examples: { count: 2, ids: ['a', 'b'] }, endless: false, stops: true });
    expect([...(asked!.examples as number[])].sort()).toEqual([0, 1]);
    const tell = (trial: number) => ({ cmd: 'tell', trial });
    const later = await inform(
      [init(), { cmd: 'ask' }, report(1, 0, 2), tell(1), { cmd: 'ask' }, report(2, 0, 9), report(2, 1, 9), tell(2), { cmd: 'trials' }],
      path,
    );
    expect(later[1]).toMatchObject({ trial: 1, examples: [0] });
    expect(later.slice(5, 7)).toEqual([{ stop: false }, { stop: true }]);
    expect(later.at(-1)!.trials).toMatchObject([
      { trial: 1, status: 'completed', values: { loss: 3 }, metrics: { usd: 1 }, step: 2 },
      { trial: 2, values: { loss: 9 } },
    ]);
  });

  it('resumes from its journal, where trials that were open are handed out again', async () => {
    const path = join(folder, 'study.jsonl');
    const first = await inform([init(), { cmd: 'ask' }, { cmd: 'tell', trial: 1, values: { loss: 1 } }, { cmd: 'ask' }], path);
    const second = await inform([{ cmd: 'init' }, { cmd: 'ask' }, { cmd: 'report', trial: 2, step: 1, values: { loss: 2 } }], path);
    expect(second[0]).toMatchObject({ ok: true, objectives: { loss: 'minimize' } });
    expect(second.slice(1)).toEqual([first[3], { stop: false }]);
    const [refused] = await inform([init({ parameters: { y: STUDY.parameters.x } })], path);
    expect(refused!.error).toContain(`${path}: the log belongs to another study: space.parameters.`);
  });

  it('takes from its journal the name and the space that a description lacks, whichever way it spells conditions', async () => {
    const path = join(folder, 'digits.jsonl');
    const opt = { type: 'choice', values: ['sgd', 'adam'] };
    const study = (when: unknown, more: object = {}) =>
      init({ parameters: { opt, x: { ...STUDY.parameters.x, when: { opt: when } } }, ...more });
    const [first] = await inform([study('sgd')], path);
    expect(first).toMatchObject({ ok: true, study: 'digits' });
    const moved = join(folder, 'moved.jsonl');
    renameSync(path, moved);
    for (const again of [study(['sgd']), { cmd: 'init', study: { seed: 1, parallel: 3 } }])
      expect((await inform([again], moved))[0]).toMatchObject({ ok: true, study: 'digits' });
    expect((await inform([{ cmd: 'init', study: { parallel: 3 } }, { cmd: 'busy' }], moved))[1]).toMatchObject({ parallel: 3 });
    expect((await inform([study(['adam'])], moved))[0]!.error).toContain(
      'space.parameters.x.when.opt.0 is "sgd" in the log, but "adam" here',
    );
    expect((await inform([study('sgd', { name: 'letters' })], moved))[0]!.error).toContain(
      'study is "digits" in the log, but "letters" here',
    );
  });

  it('takes another strategy only as long as none of its configurations counts', async () => {
    const path = join(folder, 'study.jsonl');
    const stopping = init({ epochs: 3 });
    expect((await inform([init()], path))[0]).toMatchObject({ stops: false });
    expect((await inform([stopping], path))[0]).toMatchObject({ stops: true });
    const replies = await inform([stopping, { cmd: 'ask' }], path);
    expect(replies).toMatchObject([{ stops: true }, { budget: 3 }]);
    expect((await inform([stopping], path))[0]).toMatchObject({ ok: true });
    expect((await inform([init()], path))[0]).toMatchObject({ ok: true }); // without a strategy
    expect((await inform([init({ strategy: 'tpe' })], path))[0]!.error).toContain('strategy is "auto" in the log, but "tpe" here');
    const facts = readFileSync(path, 'utf8')
      .split('\n')
      .filter((line) => line.includes('"type":"changed"'));
    expect(facts).toHaveLength(1);
  });

  it('says how much each parameter matters, and where each share lies', async () => {
    const parameters = { ...STUDY.parameters, y: STUDY.parameters.x };
    const results = Array.from({ length: 12 }, (_, i) => [
      { cmd: 'ask' },
      { cmd: 'tell', trial: i + 1, values: { loss: (i * 0.37) % 1 } },
    ]).flat();
    const replies = await inform([init({ parameters, strategy: 'random' }), { cmd: 'importance' }, ...results, { cmd: 'importance' }]);
    expect(replies[1]).toMatchObject({ error: 'there are too few results, or all are equal: importance needs at least 4' });
    const { fanova, intervals } = replies.at(-1)!.importance as { fanova: Record<string, number>; intervals: { fanova: object } };
    expect(fanova.x! + fanova.y!).toBeCloseTo(1, 12);
    expect(intervals.fanova).toEqual({ x: [expect.any(Number), expect.any(Number)], y: [expect.any(Number), expect.any(Number)] });
  });

  it('gets trials with fixed values', async () => {
    const parameters = { ...STUDY.parameters, act: { type: 'choice', values: ['relu', 'tanh', 'gelu'] } };
    const asks = ['relu', 'tanh', 'gelu'].map((act) => ({ cmd: 'ask', fixed: { act } }));
    const [, ...replies] = await inform([init({ parameters, parallel: 9 }), ...asks, { cmd: 'ask', fixed: { act: 'elu' } }]);
    expect(replies.slice(0, 3)).toMatchObject([{ params: { act: 'relu' } }, { params: { act: 'tanh' } }, { params: { act: 'gelu' } }]);
    expect(replies[3]!.error).toContain('act: expected');
  });

  it('ends at its limit, and continues with a higher one', async () => {
    const tell = (id: number) => ({ cmd: 'tell', trial: id, values: { loss: id } });
    const limit = (trials: number) => ({ cmd: 'limit', trials });
    const ask = { cmd: 'ask' };
    const replies = await inform([init(), limit(1), ask, tell(1), ask, limit(1), ask, limit(2), ask, tell(2), { cmd: 'best' }]);
    expect(replies[4]).toEqual({ over: true });
    expect(replies[6]).toEqual({ over: true });
    expect(replies[8]).toMatchObject({ trial: 2 });
    expect(replies[10]).toMatchObject({ best: { trial: 1 } });
  });

  it('gives out no trial after the first ones failed alike, until its program starts again, and does not count them', async () => {
    const path = join(folder, 'study.jsonl');
    const start = (trials: number) => ({ cmd: 'limit', trials, start: true });
    const ask = { cmd: 'ask' };
    const fail = (id: number) => ({ cmd: 'tell', trial: id, reason: 'error', message: `no module at 0x${id}` });
    const broken = [ask, fail(1), ask, fail(2), ask, fail(3), ask];
    const first = await inform([init(), start(3), ...broken, start(3), ask, fail(4), ask], path);
    expect(first[8]).toEqual({ code: 'no-result', error: expect.stringContaining('trial 3: error: no module at 0x3') });
    expect(first.slice(9, 12)).toEqual([
      { ok: true, limit: 3, ended: 0, parallel: 1 },
      expect.objectContaining({ trial: 4 }),
      { ok: true },
    ]);
    expect(first[12]).toMatchObject({ code: 'no-result' });
    const tell = (id: number) => ({ cmd: 'tell', trial: id, values: { loss: 1 } });
    const replies = await inform([init(), start(1), ask, tell(5), ask, start(2), ask, tell(6), ask], path);
    expect(replies.map(({ trial: id, over }) => over ?? id)).toEqual([
      undefined,
      undefined,
      5,
      undefined,
      true,
      undefined,
      6,
      undefined,
      true,
    ]);
    expect(replies[5]).toEqual({ ok: true, limit: 2, ended: 1, parallel: 1 });
  });

  it('lets any trial fail that its program asks for one by one', async () => {
    const trials = [1, 2, 3].flatMap((id) => [{ cmd: 'ask' }, { cmd: 'tell', trial: id, reason: 'infeasible', message: 'skipped' }]);
    expect((await inform([init(), ...trials, { cmd: 'ask' }])).at(-1)).toMatchObject({ trial: 4 });
  });

  it('takes commands from the command line while it runs, also where it has ended', async () => {
    const path = join(folder, 'study.jsonl');
    const report = (step: number) => ({ cmd: 'report', trial: 1, step, values: { loss: step } });
    const cancel = async () => expect(await submitToRun(path, { type: 'cancel', trial: 1 })).toMatchObject({ fact: { type: 'cancelled' } });
    const more = async () =>
      expect(await submitToRun(path, { type: 'change', limits: { trials: 2 } })).toMatchObject({ fact: { type: 'changed' } });
    const first = [
      init({ trials: 1 }),
      { cmd: 'ask' },
      report(1),
      cancel,
      report(2),
      { cmd: 'tell', trial: 1, stopped: true },
      { cmd: 'ask' },
    ];
    const replies = await inform([...first, more, { cmd: 'ask' }, { cmd: 'trials' }], path);
    expect(replies.slice(2, 6)).toEqual([{ stop: false }, { stop: true }, { ok: true }, { over: true }]);
    expect(replies[6]).toMatchObject({ trial: 2 });
    expect(replies[7]).toMatchObject({ trials: [{ status: 'stopped', values: { loss: 2 } }, { status: 'open' }] });
    expect(existsSync(`${path}.sock`)).toBe(false);
  });

  it('runs an ended study in one engine when several changes come at once', async () => {
    const path = join(folder, 'study.jsonl');
    const trial = (id: number) => [{ cmd: 'ask' }, { cmd: 'tell', trial: id, values: { loss: 1 } }];
    const more = [2, 3].map((trials) => ({ cmd: 'limit', trials, seq: trials }));
    const answered = async () => {};
    const replies = await inform(
      [init({ trials: 1 }), ...trial(1), { cmd: 'ask' }, ...more, answered, ...trial(2), ...trial(3), { cmd: 'ask' }],
      path,
    );
    expect(replies.at(-1)).toEqual({ over: true });
    expect(readFileSync(path, 'utf8').match(/"type":"closed"/g)).toHaveLength(2);
  });

  it('cancels a trial, and says which trials keep an ask waiting', async () => {
    const told = [{ cmd: 'ask' }, { cmd: 'busy' }, { cmd: 'cancel', trial: 1 }, { cmd: 'report', trial: 1, step: 1, values: { loss: 1 } }];
    const replies = await inform([init(), ...told, { cmd: 'tell', trial: 1, stopped: true }, { cmd: 'busy' }, { cmd: 'cancel', trial: 1 }]);
    expect(replies[2]).toEqual({ open: [1], parallel: 1, configurations: 1 });
    expect(replies[4]).toEqual({ stop: true });
    expect(replies[6]).toEqual({ open: [], parallel: 1, configurations: 1 });
    expect(replies[7]).toMatchObject({ code: 'ended' });
  });

  it('warns once of results that are all equal', async () => {
    const trial = (id: number) => [{ cmd: 'ask' }, { cmd: 'tell', trial: id, values: { loss: 1 } }];
    const replies = await inform([init(), ...[1, 2, 3, 4, 5, 6].flatMap(trial)]);
    const warnings = replies.flatMap(({ warning }, i) => (warning === undefined ? [] : [[i, warning]]));
    expect(warnings).toEqual([[10, expect.stringContaining('loss is 1 for all 5 configurations')]]);
  });

  it('continues a study where a parameter is a bound of another one', async () => {
    const path = join(folder, 'study.jsonl');
    const parameters = { epochs: { type: 'int', low: 1, high: 9 }, warmup: { type: 'int', low: 1, high: 'epochs' } };
    for (const id of [1, 2])
      expect(await inform([init({ parameters }), { cmd: 'ask' }, { cmd: 'tell', trial: id, values: { loss: 1 } }], path)).toMatchObject([
        { ok: true },
        { trial: id },
        { ok: true },
      ]);
  });

  it('gives each warning with a later answer, and misses no trial meanwhile', async () => {
    const strategy = { pbt: { population: 5, max: 2, interval: 1 } };
    const report = (id: number) => ({ cmd: 'report', trial: id, step: 1, values: { loss: 1 } });
    const tell = (id: number) => ({ cmd: 'tell', trial: id, values: { loss: 1 } });
    const ask = { cmd: 'ask' };
    const first = [1, 2, 3, 4, 5].flatMap((id) => [report(id), tell(id)]);
    const second = [ask, ask, report(6), ask, tell(6), tell(7), tell(8), ask, tell(9), ask, tell(10)];
    const requests = [init({ strategy, resumes: true, parallel: 9 }), ...Array(5).fill(ask), ...first, ...second];
    const replies = await inform(requests);
    expect(replies.flatMap(({ warning }, i) => (warning === undefined ? [] : [[requests[i], warning]]))).toEqual([
      [tell(6), expect.stringContaining('trial 6 resumes trial 1 at step 1, but its first report is of step 1')],
      [tell(10), expect.stringContaining('loss is 1 for all 5 configurations')],
    ]);
  });

  it('refuses an invalid limit, and continues', async () => {
    const wrong = [{ trials: -1 }, { trials: 2.5 }, { parallel: 0 }].map((limits) => ({ cmd: 'limit', ...limits }));
    const replies = await inform([init(), ...wrong, { cmd: 'limit', trials: 1 }, { cmd: 'ask' }]);
    expect(replies.slice(1, 4).map(({ code }) => code)).toEqual(['bad-field', 'bad-field', 'bad-field']);
    expect(replies.slice(4)).toMatchObject([{ ok: true }, { trial: 1 }]);
  });

  it('answers later requests while an ask waits for a result', async () => {
    const requests = [
      init({ parallel: 2 }),
      { cmd: 'ask' },
      { cmd: 'ask' },
      { cmd: 'ask', seq: 3 },
      { cmd: 'trials', seq: 4 },
      { cmd: 'tell', trial: 1, values: { loss: 1 } },
    ];
    const replies = await inform(requests, undefined, ({ seq }) => seq === 3);
    const order = replies.flatMap(({ seq }) => (seq === undefined ? [] : [seq]));
    expect(order, 'the ask that waits is answered last').toEqual([4, 3]);
    expect(replies.find(({ seq }) => seq === 3)).toMatchObject({ trial: 3 });
  });

  it('says what is wrong', async () => {
    const replies = await inform([
      { cmd: 'init' },
      init({ trails: 3 }),
      init(),
      { cmd: 'enqueue', params: { y: 1 } },
      { cmd: 'ask' },
      { cmd: 'tell', trial: 1, values: { los: 1 } },
      { cmd: 'tell', trial: 7, values: { loss: 1 } },
      { cmd: 'dance' },
    ]);
    expect(replies.map(({ error }) => error)).toEqual([
      expect.stringContaining('expected a space, or a study'),
      expect.stringContaining('did you mean trials?'),
      undefined,
      expect.stringContaining('y'),
      undefined,
      expect.stringContaining('loss'),
      expect.stringContaining('7'),
      expect.stringContaining(
        'expected init, ask, tell, report, enqueue, annotate, busy, cancel, retract, limit, trials, best, front, importance, recommend, why or quit',
      ),
    ]);
  });

  it('is what the command ask-tell runs', () => {
    const path = join(folder, 'study.jsonl');
    const [program, ...before] = command;
    const { stdout } = spawnSync(program, [...before, 'dev', 'ask-tell', '--journal', path], {
      input: `${JSON.stringify(init())}\n{"cmd":"ask"}\n`,
      encoding: 'utf8',
    });
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toMatchObject([{ ok: true }, { trial: 1 }]);
  });
});
