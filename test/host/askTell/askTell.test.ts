import { PassThrough, Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { askTell } from '../../../src/cli/commands/dev/askTell.ts';
import type { AskReply, InitRequest, ReportRequest, TellRequest } from '../../../src/host/askTell/protocol.ts';
import { drivenSpace } from '../../../src/host/askTell/session.ts';

const SPACE: InitRequest['space'] = {
  x: { type: 'float', low: 1e-4, high: 1, log: true },
  n: { type: 'int', low: 16, high: 64, step: 2, log: false },
  model: { type: 'categorical', choices: ['svm', 'knn', 'tree'] },
  k: { type: 'int', low: 1, high: 50, log: true, when: { param: 'model', in: ['svm', 'knn'] } },
};
const init = (more: Partial<InitRequest> = {}): InitRequest => ({
  cmd: 'init',
  space: SPACE,
  seed: 7,
  direction: 'minimize',
  budget: 200,
  ...more,
});

/** Sends requests, and gives the replies. A request may be a text. */
async function inform(strategy: string | undefined, requests: readonly unknown[]): Promise<Record<string, unknown>[]> {
  const replies: Record<string, unknown>[] = [];
  const lines = requests.map((request) => `${typeof request === 'string' ? request : JSON.stringify(request)}\n`);
  await askTell(strategy === undefined ? {} : { strategy }, Readable.from(lines), (line) => replies.push(JSON.parse(line)));
  return replies;
}

describe('ask-tell', () => {
  it('recommends the configuration to deploy, once there is one', async () => {
    const told = [0.2, 0.4, 0.6].flatMap((value, i) => [{ cmd: 'ask' }, { cmd: 'tell', id: i + 1, value }]);
    const replies = await inform('random', [init(), { cmd: 'recommend' }, ...told, { cmd: 'recommend' }]);
    expect(replies[1]).toMatchObject({ code: 'bad-request' });
    expect(replies.at(-1)).toEqual({ params: replies[2]!.params });
  });

  it.each(['random', 'auto', 'grid', 'hyperband'])('gives trials with fixed values: %s', async (strategy) => {
    const tell = (id: number) => ({ cmd: 'tell', id, value: id / 10 });
    const max_step = strategy === 'hyperband' ? 9 : null;
    const replies = await inform(strategy, [
      init({ workers: 2, max_step, space: { x: SPACE.x!, model: SPACE.model! } }),
      { cmd: 'ask', fixed: { model: 'knn' } },
      { cmd: 'ask' },
      { cmd: 'ask', fixed: { model: 'svm' } },
      tell(1),
      { cmd: 'ask', fixed: { model: 'elm' } },
      { cmd: 'ask', fixed: { model: 'svm', x: 0.5 } },
      tell(2),
      tell(3),
      { cmd: 'ask' },
    ]);
    expect(replies[1]).toMatchObject({ id: 1, params: { model: 'knn', x: expect.any(Number) } });
    expect(replies[2]).toMatchObject({ id: 2 });
    expect(replies[3]!.error).toBe('an ask while 2 trials run, of at most 2 workers');
    expect(replies[5]!.error).toMatch(/^ask: .*model: expected/);
    expect(replies[6]).toMatchObject({ id: 3, params: { model: 'svm', x: 0.5 } });
    expect(replies[9]).not.toHaveProperty('error');
  });

  it('answers each request with one line, and a bad one with an error', async () => {
    const replies = await inform('random', [
      { cmd: 'ask' },
      init(),
      { cmd: 'ask' },
      { cmd: 'ask' },
      { cmd: 'tell', id: 1, value: 0.3 },
      { cmd: 'tell', id: 1, value: 0.3 },
      'rubbish',
      '3',
      { cmd: 'dance' },
      { cmd: 'ask' },
      { cmd: 'tell', id: 2, value: null },
      { cmd: 'quit' },
      { cmd: 'ask' },
    ]);
    expect(replies).toMatchObject([
      { code: 'bad-request' },
      { ok: true, name: 'hypertide random', version: expect.any(String) },
      { id: 1, params: { x: expect.any(Number), n: expect.any(Number), model: expect.any(String) } },
      { code: 'bad-request' },
      { ok: true },
      { code: 'bad-request' },
      { code: 'not-json' },
      { code: 'not-json' },
      { code: 'bad-request' },
      { id: 2 },
      { ok: true },
    ]);
    expect(replies).toHaveLength(11);
  });

  it('gives the same suggestions for the same seed and values, also after another init', async () => {
    const session = (seed: number) => [
      init({ seed, workers: 2 }),
      ...Array.from({ length: 30 }, (_, i) => [{ cmd: 'ask' }, { cmd: 'tell', id: i + 1, value: (i * 7) % 5 }]).flat(),
    ];
    const replies = await inform('{ga: {population: 6}}', [...session(1), ...session(2), ...session(1)]);
    const third = replies.length / 3;
    expect(replies.slice(2 * third)).toEqual(replies.slice(0, third));
    expect(replies.slice(third, 2 * third)).not.toEqual(replies.slice(0, third));
    expect(replies.every(({ error }) => error === undefined)).toBe(true);
  });

  it('refuses an invalid strategy before anything is asked', async () => {
    await expect(inform('randm', [])).rejects.toThrow(/did you mean random/);
    await expect(inform('{chain: [', [])).rejects.toThrow(/^--strategy: /);
  });
});

describe('a session', () => {
  /** A session, and its answers. */
  async function begun(first: InitRequest, strategy: unknown) {
    const answers = (await drivenSpace(first, strategy)).answers as Record<string, (request: object) => Promise<object>>;
    return {
      ask: async () => (await answers.ask!({})) as AskReply,
      tell: (told: TellRequest) => answers.tell!(told),
      report: async (report: ReportRequest) => ((await answers.report!(report)) as { readonly stop: boolean }).stop,
    };
  }

  it('gives values in range, and the parameters that are active', async () => {
    const session = await begun(init(), 'random');
    for (let i = 0; i < 200; i++) {
      const { id, params } = (await session.ask()) as { id: number; params: { x: number; n: number; model: string; k?: number } };
      const { x, n, model, k } = params;
      expect(x >= 1e-4 && x <= 1 && n >= 16 && n <= 64 && n % 2 === 0).toBe(true);
      expect(k === undefined).toBe(model === 'tree');
      if (k !== undefined) expect(k >= 1 && k <= 50 && Number.isInteger(k)).toBe(true);
      await session.tell({ cmd: 'tell', id, value: i });
    }
  });

  it('never idles: asks that a strategy makes wait are answered at random', async () => {
    const session = await begun(init({ workers: 20 }), { ga: { population: 4, mode: 'generational' } });
    const trials = [];
    for (let i = 0; i < 20; i++) trials.push(await session.ask());
    expect(new Set(trials.map(({ params }) => JSON.stringify(params))).size).toBe(20);
  });

  it('continues after every configuration was tried, and beyond its budget', async () => {
    const space: InitRequest['space'] = { a: { type: 'categorical', choices: ['p', 'q'] } };
    const session = await begun(init({ space, budget: 2 }), 'random');
    for (let id = 1; id <= 10; id++) {
      expect((await session.ask()).id).toBe(id);
      await session.tell({ cmd: 'tell', id, value: 1 });
    }
  });

  it('lets strategies plan with the budget', async () => {
    // The first population is a Latin hypercube of twice the square root of the number of trials.
    const session = await begun(init({ space: { x: { type: 'float', low: 0, high: 1 } }, budget: 225 }), 'nsga2');
    const slices = new Set<number>();
    for (let id = 1; id <= 30; id++) {
      const { params } = await session.ask();
      slices.add(Math.floor((params as { x: number }).x * 30));
      await session.tell({ cmd: 'tell', id, value: 1 });
    }
    expect(slices.size).toBe(30);
  });

  it('takes a gradient', async () => {
    const space: InitRequest['space'] = { x: { type: 'float', low: -2, high: 2 } };
    const session = await begun(init({ space }), 'random');
    await session.tell({ cmd: 'tell', id: (await session.ask()).id, value: 1, grad: { x: 0.5 } });
  });

  it('pauses trials at their budgets, and resumes the best under their ids', async () => {
    const session = await begun(init({ budget: 40 * 81, max_step: 81 }), { chain: [{ asha: { pause: true } }, 'random'] });
    const until = new Map<number, number>();
    let promotions = 0;
    for (let i = 0; i < 200; i++) {
      const trial = await session.ask();
      const from = until.get(trial.id) ?? 0;
      if (from > 0) promotions++;
      expect(trial.until).toBe(from === 0 ? 1 : 3 * from);
      for (let step = from + 1; step < trial.until!; step++) {
        expect(await session.report({ cmd: 'report', id: trial.id, step, value: trial.id / step })).toBe(false);
      }
      until.set(trial.id, trial.until!);
      await session.tell({ cmd: 'tell', id: trial.id, value: trial.id / trial.until!, step: trial.until! });
    }
    expect(promotions).toBeGreaterThan(40);
    expect(Math.max(...until.values())).toBe(81);
    expect(until.get(1)).toBe(81); // the best of all
  });

  it('stops trials, and their last reports become their results', async () => {
    const session = await begun(init({ budget: 40 * 81, max_step: 81, workers: 1 }), { chain: ['percentileStop', 'random'] });
    let stops = 0;
    for (let i = 0; i < 20; i++) {
      const { id, until } = await session.ask();
      expect(until).toBeUndefined();
      let step = 1;
      while (step < 81 && !(await session.report({ cmd: 'report', id, step, value: i % 2 }))) step++;
      if (step < 81) stops++;
      await session.tell({ cmd: 'tell', id, value: i % 2, step, stopped: step < 81 });
    }
    expect(stops).toBeGreaterThanOrEqual(5);
  });

  it('has a default strategy, which pauses trials that can be trained step by step', async () => {
    const plain = await inform(undefined, [init(), { cmd: 'ask' }]);
    expect(plain).toMatchObject([{ ok: true, name: 'hypertide auto' }, { id: 1 }]);
    expect(plain[1]).not.toHaveProperty('until');
    const early = await inform(undefined, [init({ max_step: 81 }), { cmd: 'ask' }]);
    expect(early[0]!.name).toBe('hypertide {"chain":[{"asha":{"pause":true}},"auto"]}');
    expect(early[1]!.until).toBeLessThan(81);
  });

  it('refuses asha without steps', async () => {
    await expect(drivenSpace(init(), { chain: ['asha', 'random'] })).rejects.toThrow(/asha\.min: expected a number/);
  });
});

it('lets go of its input at quit, so that a pipe that stays open does not keep the process alive', async () => {
  const input = new PassThrough();
  input.write('{"cmd":"quit"}\n');
  await askTell({}, input, () => {});
  expect(input.destroyed).toBe(true);
});
