import { describe, expect, it } from 'vitest';
import type { AskReply, InitRequest, ReportRequest, TellRequest } from './protocol.ts';
import { session as sessionOf } from './session.ts';

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

describe('a session', () => {
  /** A session, and its answers. */
  async function begun(first: InitRequest, strategy: unknown) {
    const answers = (await sessionOf(first, strategy)).answers as Record<string, (request: object) => Promise<object>>;
    return {
      ask: async () => (await answers.ask!({})) as AskReply,
      tell: (told: TellRequest) => answers.tell!(told),
      report: async (report: ReportRequest) => ((await answers.report!(report)) as { readonly stop: boolean }).stop,
    };
  }

  it('recommends the configuration to deploy, once there is one', async () => {
    const { answers } = await sessionOf(init(), 'random');
    const recommend = async () => answers.recommend!({} as never);
    await expect(recommend()).rejects.toThrow('no trial is completed yet');
    const told = [];
    for (const value of [0.2, 0.4, 0.6]) {
      told.push((await answers.ask!({} as never)) as AskReply);
      await answers.tell!({ id: told.length, value } as never);
    }
    expect(await recommend()).toEqual({ params: told[0]!.params });
  });

  it('refuses more asks than workers, and a trial that does not run', async () => {
    const session = await begun(init(), 'random');
    const { id } = await session.ask();
    await expect(session.ask()).rejects.toThrow('an ask while 1 trials run, of at most 1 workers');
    await session.tell({ cmd: 'tell', id, value: null });
    await expect(session.tell({ cmd: 'tell', id, value: 1 })).rejects.toThrow('is not running');
  });

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
    expect((await (await begun(init(), undefined)).ask()).until).toBeUndefined();
    expect((await (await begun(init({ max_step: 81 }), undefined)).ask()).until).toBeLessThan(81);
  });

  it('refuses asha without steps', async () => {
    await expect(sessionOf(init(), { chain: ['asha', 'random'] })).rejects.toThrow(/asha\.min: expected a number/);
  });
});
