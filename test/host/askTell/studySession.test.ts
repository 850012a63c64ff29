import { mkdtempSync, readFileSync, renameSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { beforeEach, describe, expect, it } from 'vitest';
import { askTell } from '../../../src/cli/commands/dev/askTell.ts';
import { connectionFrom } from '../../../src/stores/connection.ts';
import { natsOfTests } from '../../support/natsOfTests.ts';

const STUDY = { parameters: { x: { type: 'float', low: 0, high: 1 } }, objective: 'minimize loss', seed: 1 };
const init = (more: object = {}) => ({ cmd: 'init', study: { ...STUDY, ...more } });

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hypertide-'));
});

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
  const options = journal === undefined ? {} : { journal };
  await askTell(options, await connectionFrom({}), Readable.from(lines()), (line) => replies.push(JSON.parse(line)));
  return replies;
}

const server = natsOfTests();

it('ask-tell ends with its input while it waits for a study that is not on the server yet', async () => {
  const request = { cmd: 'init', seq: 1, trainer: { address: `${server.url}/absent` } };
  expect(await inform([request])).toEqual([{ seq: 1, error: expect.any(String), code: 'internal' }]);
});

describe('ask-tell with a study', () => {
  it('gives parameters of a program their priors', async () => {
    const study = {
      ...STUDY,
      parameters: { C: { type: 'float', low: 1e-9, high: 1e9, log: true } },
      program: 'sklearn.svm.SVC',
      strategy: 'random',
    };
    const asked = Array.from({ length: 20 }, (_, i) => [{ cmd: 'ask' }, { cmd: 'tell', trial: i + 1, values: { loss: 0 } }]).flat();
    const within = async (priors: object) => {
      const replies = await inform([{ cmd: 'init', study: { ...study, ...priors } }, ...asked]);
      expect(replies.filter(({ ok }) => ok)).toHaveLength(21);
      return replies.filter(({ trial, params }) => trial !== undefined && Math.abs(Math.log10((params as { C: number }).C) - 1) < 3).length;
    };
    expect(await within({})).toBe(20);
    expect(await within({ priors: 'none' })).toBeLessThan(12);
  });

  it('names what keeps a strategy from suiting a study', async () => {
    const [refused] = await inform([init({ strategy: 'cmaes', objective: undefined, objectives: { loss: 'minimize', size: 'minimize' } })]);
    expect(refused).toMatchObject({ code: 'strategy', error: expect.stringContaining('several') });
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
      `${moved}: the log belongs to another study: space.parameters.x.when.opt.0 is "sgd" in the log, but "adam" here`,
    );
    expect((await inform([study('sgd', { name: 'letters' })], moved))[0]!.error).toContain(
      'study is "digits" in the log, but "letters" here',
    );
  });

  it('says which examples a study has, and whether it ends', async () => {
    const [racing] = await inform([init({ examples: ['a', 'b'], spend: { usd: 10 }, strategy: 'random' })]);
    expect(racing).toMatchObject({ examples: { count: 2, ids: ['a', 'b'] }, endless: false, stops: true });
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
});
