import { describe, expect, it } from 'vitest';
import { AskTell, type Request } from '../../src/cli/askTell.ts';
import { jsonLines, workplace } from './support.ts';

const space = {
  lr: { type: 'float', low: 1e-4, high: 1, log: true },
  units: { type: 'int', low: 16, high: 64, step: 2 },
  opt: { type: 'categorical', choices: ['sgd', 'adam'] },
  momentum: { type: 'float', low: 0, high: 1, when: { param: 'opt', in: ['sgd'] } },
} as const;
const init = (more: Partial<Request & { cmd: 'init' }> = {}): Request => ({
  cmd: 'init',
  space,
  seed: 7,
  direction: 'minimize',
  budget: 20,
  ...more,
});
interface Asked {
  readonly id: number;
  readonly params: Readonly<Record<string, number | string>>;
  readonly until?: number;
}
const ask = async (teller: AskTell) => (await teller.answer({ cmd: 'ask' })) as Asked;

/** Asks and tells, and returns what was suggested. */
async function talk(teller: AskTell, trials: number): Promise<Asked[]> {
  const asked: Asked[] = [];
  for (let i = 0; i < trials; i++) {
    const suggestion = await ask(teller);
    asked.push(suggestion);
    await teller.answer({ cmd: 'tell', id: suggestion.id, value: Math.log(suggestion.params.lr as number) ** 2 });
  }
  return asked;
}

describe('ask-tell', () => {
  it('answers line by line, errors included, and ends at quit', async () => {
    const lines = [
      '{"cmd":"ask"}',
      JSON.stringify(init({ budget: 2 })),
      '{"cmd":"ask"}',
      '{"cmd":"ask"}',
      'rubbish',
      '[]',
      '{"cmd":"sing"}',
      '{"cmd":"tell","id":9,"value":1}',
      '{"cmd":"tell","id":0,"value":null}',
      '{"cmd":"tell","id":0,"value":1}',
      JSON.stringify({ ...init(), space: { lr: { type: 'flot' } } }),
      '{"cmd":"ask"}',
      '{"cmd":"quit"}',
      '{"cmd":"ask"}',
    ];
    const { done } = workplace().start(['ask-tell', '--strategy', '{chain: [{ga: {population: 4}}, random]}'], {
      input: `${lines.join('\n')}\n`,
    });
    const { code, out, err } = await done;
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(jsonLines(out)).toEqual([
      { error: 'init comes first' },
      { ok: true, name: expect.stringContaining('hypertide'), version: expect.any(String) },
      { id: 0, params: expect.objectContaining({ lr: expect.any(Number), units: expect.any(Number) }) },
      { error: 'all 1 workers have a trial: tell the result of one first' },
      { error: expect.stringContaining('JSON') },
      { error: 'expected an object' },
      { error: 'unknown cmd "sing"' },
      { error: 'there is no trial 9' },
      { ok: true },
      { error: 'trial 1 has ended: failed' },
      { error: expect.stringContaining('parameters.lr.type: expected one of') },
      { error: 'init comes first' },
    ]);
  });

  it.each(['ga', 'random', 'sobol', { chain: [{ ga: { mode: 'generational', population: 4 } }, 'random'] }])(
    'starts over at init, and the same seed and values give the same suggestions: %j',
    async (strategy) => {
      const teller = new AskTell(strategy);
      await teller.answer(init());
      const first = await talk(teller, 12);
      expect(first.map(({ id }) => id)).toEqual(Array.from({ length: 12 }, (_, i) => i));
      for (const { params } of first) {
        expect((params.units as number) % 2).toBe(0);
        expect('momentum' in params).toBe(params.opt === 'sgd');
      }
      await teller.answer(init());
      expect(await talk(teller, 12)).toEqual(first);
      await teller.answer(init({ seed: 8 }));
      expect(await talk(teller, 12)).not.toEqual(first);
    },
  );

  it('gives a random point where a strategy waits, and goes on beyond the budget and when all has been tried', async () => {
    const waits = new AskTell({ ga: { mode: 'generational', population: 4 } });
    await waits.answer(init({ workers: 8 }));
    const open = [];
    for (let i = 0; i < 8; i++) open.push(await ask(waits));
    expect(new Set(open.map(({ params }) => JSON.stringify(params))).size).toBe(8);

    const small = new AskTell('grid');
    await small.answer(init({ space: { n: { type: 'int', low: 1, high: 3 } } as never, budget: 2 }));
    const values = [];
    for (let i = 0; i < 9; i++) {
      const { id, params } = await ask(small);
      values.push(params.n);
      await small.answer({ cmd: 'tell', id, value: 1 });
    }
    expect(new Set(values.slice(0, 3))).toEqual(new Set([1, 2, 3]));
  });

  it('pauses and resumes under the same id with four workers: asha', async () => {
    const teller = new AskTell('asha');
    await teller.answer(init({ workers: 4, budget: 200, max_step: 9 }));
    const steps = new Map<number, number>();
    const open: Asked[] = [];
    for (let turn = 0; turn < 60; turn++) {
      while (open.length < 4) {
        const asked = await ask(teller);
        expect(open.map(({ id }) => id)).not.toContain(asked.id);
        expect(asked.until ?? 9).toBeGreaterThan(steps.get(asked.id) ?? 0);
        open.push(asked);
      }
      const { id, until = 9, params } = open.splice(turn % 3, 1)[0]!;
      for (let step = (steps.get(id) ?? 0) + 1; step < until; step++) {
        expect(await teller.answer({ cmd: 'report', id, step, value: params.units as number })).toEqual({ stop: false });
      }
      steps.set(id, until);
      expect(await teller.answer({ cmd: 'tell', id, step: until, value: params.units as number })).toEqual({ ok: true });
    }
    expect(new Set(steps.values())).toEqual(new Set([1, 3, 9]));
  });

  it('says stop, and takes the tell that follows: asha in mode stop', async () => {
    const teller = new AskTell({ chain: [{ asha: { mode: 'stop' } }, 'random'] });
    await teller.answer(init({ budget: 200, max_step: 9 }));
    let stops = 0;
    for (let trial = 0; trial < 12; trial++) {
      const { id, until } = await ask(teller);
      expect(until).toBeUndefined();
      for (let step = 1; step <= 9; step++) {
        const value = trial;
        if (step === 9) await teller.answer({ cmd: 'tell', id, step, value });
        else if (((await teller.answer({ cmd: 'report', id, step, value })) as { stop: boolean }).stop) {
          stops++;
          expect(await teller.answer({ cmd: 'tell', id, step, value, stopped: true })).toEqual({ ok: true });
          break;
        }
      }
    }
    expect(stops).toBeGreaterThan(5);
  });

  it('refuses a strategy that is none before anything is asked', async () => {
    expect(() => new AskTell({ chain: ['asha', 'gaa'] })).toThrow('strategy.chain[1]: expected one of');
    expect(() => new AskTell({ asha: { min: 1, maxx: 9 } })).toThrow('strategy.asha.maxx');
    expect(() => new AskTell('asha')).not.toThrow();
    const { code, err } = await workplace().hypertide('ask-tell', '--strategy', '{chain: [');
    expect({ code, lines: err.trimEnd().split('\n').length }).toEqual({ code: 2, lines: 1 });
  });
});
