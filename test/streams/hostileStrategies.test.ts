import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Propose } from '../../src/strategy/messages.ts';
import { defineStrategy, propose, type StrategyDefinition } from '../../streams/core.ts';
import { chain, createStudy, external, float, optimize, random, space, take } from '../../streams/index.ts';
import { openJournal } from '../../streams/journal.ts';
import { serve } from '../../streams/nats/index.ts';
import { LocalPort } from '../../streams/study/port/local.ts';
import { natsServer } from '../support/nats.ts';

const folder = mkdtempSync(join(tmpdir(), 'hypertide-hostile-'));

const line = space({ x: float(0, 1) });
/** A definition without types, as in JavaScript. */
const definition = (more: object) =>
  ({ name: 'own', init: () => 0, tell: (s: number) => s, ask: (_: number, __: object, rng: () => number) => [rng()], ...more }) as never;
const proposing = (more: object): StrategyDefinition<number> =>
  definition({
    ask: (_: number, ask: Parameters<typeof propose>[0], rng: () => number): Propose => ({ ...propose(ask, 'own', [rng()]), ...more }),
  });
const throwing = (name: string, error: unknown): StrategyDefinition<number> =>
  definition({
    [name]: () => {
      throw error;
    },
  });
const cyclic: { self?: object } = {};
cyclic.self = cyclic;
const long = 'x'.repeat(20_000);

/** What is wrong, and the words of the error that name the strategy, the field or function, and the value. */
const wrong: readonly (readonly [string, StrategyDefinition<number>, RegExp])[] = [
  ['a negative budget', proposing({ budget: -1 }), /own .*budget .* -1$/],
  ['a budget that is not a number', proposing({ budget: Number.NaN }), /own .*budget .* NaN$/],
  ['a budget that is text', proposing({ budget: 'ten' }), /own .*budget .* "ten"$/],
  ['a bigint as budget', proposing({ budget: 10n }), /own .*budget .* 10$/],
  ['a long tag', proposing({ tags: { origin: long } }), /own .*tags\.origin .* "xxx/],
  ['cyclic tags', proposing({ tags: cyclic }), /own .*tags\.self .* an object$/],
  ['a bigint in a tag', proposing({ tags: { count: 3n } }), /own .*tags\.count .* 3$/],
  ['tags that are an array', proposing({ tags: ['a'] }), /own .*tags .* an array$/],
  ['half a trial to resume', proposing({ resumes: 0.5 }), /own .*resumes .* 0\.5$/],
  ['a trial to resume that does not exist', proposing({ resumes: 77 }), /own .*resumes .* 77$/],
  ['a position of no proposal', proposing({ proposal: -1 }), /own .*proposal .* -1$/],
  ['no path', proposing({ by: undefined }), /by is missing$/],
  ['a point that is no list', proposing({ point: 'here' }), /own .*"here".* 1 finite/],
  ['a point of two coordinates', proposing({ point: [0.1, 0.2] }), /own .*\[0\.1, 0\.2\].* 1 finite/],
  ['a wait for a proposer with a long name', proposing({ type: 'wait', until: 'proposal', proposer: long }), /own .*proposer .* "xxx/],
  ['a wait for ever', proposing({ type: 'wait', until: 'proposal', seconds: Number.NaN }), /own .*seconds .* NaN$/],
  ['a wait for an absent proposer', proposing({ type: 'wait', until: 'proposal', proposer: 'agent' }), /own waits/],
  ...['init', 'tell', 'ask', 'stop'].flatMap((name) => [
    [`null thrown by ${name}`, throwing(name, null), new RegExp(`${name} of \\S*own .*null$`)] as const,
    [`an error of ${name}`, throwing(name, new TypeError('oops')), new RegExp(`${name} of \\S*own .*oops$`)] as const,
    [`a promise of ${name}`, definition({ [name]: async () => false }), new RegExp(`${name} of \\S*own .*promise`)] as const,
    [`a promise of ${name} that fails`, definition({ [name]: () => Promise.reject(new Error('late')) }), /own .*promise/] as const,
  ]),
];

describe('a mistake in a strategy of your own is an error that names it', () => {
  it.each(wrong)('%s', async (_, own, message) => {
    const strategy = defineStrategy(own);
    for (const whole of [strategy, chain(take(2, strategy), random())]) {
      const objective = ({ x }: { x: number }, { report }: { report: (x: number) => unknown }) => {
        report(x);
        return x;
      };
      const failed = optimize(line, objective, { trials: 4, strategy: whole }).result();
      const error = await failed.catch((error: Error) => error);
      expect(error).toMatchObject({ message: expect.stringMatching(message) });
      expect(['StrategyError', 'StalledError']).toContain((error as Error).name);
    }
  });

  it('but a bad proposal from outside is refused alone, and the study continues', async () => {
    await using study = createStudy(line, { strategy: chain(external('agent', { wait: 0.1 }), random()), trials: 2, parallel: 2 });
    const bad = [Number.NaN, '0.5', 10n, cyclic, null, () => 1].map((x) => study.propose('agent', { x: x as number }));
    bad.push(study.propose('agent', { x: 0.1 }, { seconds: Number.NaN }), study.propose('agent', { x: 0.1 }, { note: long }));
    const codes = await Promise.all(bad.map((refused) => refused.then(String, ({ code }) => code)));
    expect(codes).toEqual(bad.map(() => 'bad-field'));
    await study.propose('agent', { x: 0.25 });
    const tried = [await study.ask(), await study.ask()].map((trial) => trial?.by);
    expect(tried).toEqual(['external', 'random']);
  });

  it('whose cause is what the strategy threw', async () => {
    const cause = new TypeError('oops');
    const failed = optimize(line, ({ x }) => x, { trials: 4, strategy: defineStrategy(throwing('ask', cause)) }).result();
    await expect(failed).rejects.toMatchObject({ name: 'StrategyError', cause });
  });

  const strategy = defineStrategy(proposing({ budget: -1 }));
  const error = { name: 'StrategyError', message: expect.stringContaining('budget') };

  it('with a journal', async () => {
    const log = await openJournal(join(folder, 'own.jsonl'));
    await expect(optimize(line, ({ x }) => x, { trials: 4, strategy, log }).result()).rejects.toMatchObject(error);
    await log.close();
    expect(readFileSync(join(folder, 'own.jsonl'), 'utf8')).not.toContain('suggested');
  });

  it('over HTTP', async () => {
    const log = await openJournal(join(folder, 'hosted.jsonl'));
    const study = new LocalPort(line, log, { trials: 4, strategy });
    await expect(study.ask({ wait: 5 })).rejects.toMatchObject(error);
    await study.close();
  });

  it('over NATS', async () => {
    await using server = await natsServer();
    const serving = serve(await server.connect(), line, { study: 'own', trials: 4, strategy });
    const failure = serving.then(
      ({ ended }) => ended,
      (error: unknown) => error, // before it could be used
    );
    expect(await failure).toMatchObject(error);
  });
});
