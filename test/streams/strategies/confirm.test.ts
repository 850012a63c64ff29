import { describe, expect, it } from 'vitest';
import { drawNormal, rngFor } from '../../../src/numeric/random.ts';
import type { Env } from '../../../src/strategy/env.ts';
import type { Suggested } from '../../../src/strategy/messages.ts';
import * as h from '../../../streams/index.ts';
import { completed, failed, interview, rootEnv, suggestedFrom } from '../../support/interview.ts';

const square = h.space({ x: h.float(0, 1), y: h.float(0, 1) });
const env: Env = rootEnv(square, { trials: 40 });
const bowl = ([x, y]: readonly number[]) => (x! - 0.3) ** 2 + (y! - 0.6) ** 2;

/** One trial after the other. @returns what was suggested, with the loss of each */
function studied(strategy: h.Strategy, trials: number, noise = 0, where: Env = env) {
  const { ask, tell } = interview(strategy, where);
  const told: (Suggested & { readonly loss: number })[] = [];
  for (let id = 1; id <= trials; id++) {
    const reply = ask(id);
    if (reply.type !== 'propose') throw new Error(`trial ${id}: ${reply.type}`);
    const suggested = suggestedFrom(reply);
    const loss = bowl(reply.point) + noise * drawNormal(rngFor('noise', '', id));
    tell(suggested);
    tell(completed(suggested, loss));
    told.push({ ...suggested, loss });
  }
  return told;
}
const isReplicate = ({ by }: Suggested) => by.endsWith('confirm');
const key = ({ point }: Suggested) => point.join();

describe('confirm', () => {
  it('repeats configurations in the last tenth of the trials, then hands asks on', () => {
    const told = studied(h.chain(h.confirm(), h.random()), 45);
    expect(told.filter(isReplicate).map(({ id }) => id)).toEqual([37, 38, 39, 40]);
    const earlier = new Set(told.slice(0, 36).map(key));
    for (const trial of told.filter(isReplicate)) expect(earlier).toContain(key(trial));
  });

  it('repeats the best two three times as often as the others', () => {
    const told = studied(h.chain(h.confirm({ top: 3, share: 0.35 }), h.random()), 40); // 14 replicates, without noise
    const best = told.slice(0, 26).toSorted((a, b) => a.loss - b.loss);
    const times = (one: Suggested) => told.filter((other) => isReplicate(other) && key(other) === key(one)).length;
    expect(best.slice(0, 4).map(times)).toEqual([6, 6, 2, 0]);
  });

  it('with noise, spends replicates on configurations that are good, not on those with a lucky result', () => {
    const told = studied(h.chain(h.confirm({ share: 0.3 }), h.random()), 40, 0.1);
    const lucky = told.slice(0, 28).toSorted((a, b) => a.loss - b.loss)[0]!;
    const repeated = told.filter(isReplicate);
    const mean = repeated.reduce((sum, { point }) => sum + bowl(point), 0) / repeated.length;
    expect(mean).toBeLessThan(bowl(lucky.point));
  });

  it('is not refused as a duplicate: every replicate has its own tag', () => {
    const replicates = studied(h.chain(h.confirm({ share: 0.5 }), h.random()), 40).filter(isReplicate);
    expect(new Set(replicates.map(({ tags }) => tags!.replicate)).size).toBe(replicates.length);
  });

  it('hands asks on while no trial has completed', () => {
    const { ask, tell } = interview(h.chain(h.confirm({ share: 1 }), h.random()), env);
    const reply = ask(1);
    expect(reply).toMatchObject({ type: 'propose', by: 'random' });
    const suggested = suggestedFrom(reply as never);
    tell(suggested);
    tell(failed(suggested));
    expect(ask(2)).toMatchObject({ by: 'random' });
  });

  it('repeats what completed at the highest budget, and nothing that violates a constraint', () => {
    const { ask, tell } = interview(h.chain(h.confirm({ share: 0.1 }), h.random()), { ...env, trials: 4 });
    const facts = [
      { budget: 9, loss: 3 },
      { budget: 1, loss: 1 },
      { budget: 9, loss: 2, constraints: [0.1] },
    ];
    for (const [i, { loss, ...rest }] of facts.entries()) {
      const suggested = suggestedFrom(ask(i + 1) as never);
      tell(suggested);
      tell({ ...completed(suggested, loss), ...rest });
    }
    const first = suggestedFrom(interview(h.chain(h.confirm(), h.random()), env).ask(1) as never);
    expect(ask(4)).toMatchObject({ by: 'confirm', point: first.point });
  });

  it.each([
    ['a limit of trials', { trials: undefined }, 'confirm needs a limit of trials, of which it takes the last ones'],
    ['one objective', { objectives: ['a', 'b'] }, 'confirm ranks configurations by one objective; this study has several'],
  ])('needs %s', (_, part, message) => {
    expect(() => h.confirm()({ ...env, ...(part as Partial<Env>) })).toThrow(message);
  });
});
