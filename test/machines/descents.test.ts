import { describe, expect, it } from 'vitest';
import type { Statechart } from '../../machines/chart.ts';
import { lbfgsChart, sgdChart } from '../../machines/strategies.ts';
import { type LbfgsSettings, quasiNewtonDescent } from '../../src/samplers/gradient/lbfgs.ts';
import { type SgdSettings, stochasticDescent } from '../../src/samplers/gradient/sgd.ts';
import { space } from '../../src/space/space.ts';
import { float } from '../../src/space/types/dimension.ts';
import type { Core } from '../../src/strategy/core.ts';
import type { Ended, Suggested } from '../../src/strategy/messages.ts';
import { rootEnv, suggestedFrom } from '../support/interview.ts';
import { living } from '../support/living.ts';

const line = space({ x: float(0, 1) });
const env = { ...rootEnv(line), name: 'down' };
const beginning = { sequence: { family: 'down', index: 0, count: 1 }, start: 'sobol', restarts: 1 } as const;

/** A descent with its asks and the results of its trials. */
function life<S, Phase extends string, Verdict extends string>(chart: Statechart<Phase, Verdict>, core: Core<S, Phase, Verdict>) {
  const { ask, tell, phase } = living(chart, core, env);
  const open: Suggested[] = [];
  let id = 0;
  return {
    phase,
    /** Asks until it waits. @returns the purpose of each trial */
    hand(): string[] {
      const roles: string[] = [];
      for (;;) {
        const reply = ask(++id);
        if (reply.type !== 'propose') return roles;
        open.push(suggestedFrom(reply));
        tell(open.at(-1)!);
        roles.push(reply.tags!.role!);
      }
    },
    /** Ends the trials that are open. */
    end(result: (x: number) => Partial<Ended> | undefined): string {
      for (const trial of open.splice(0)) {
        const told = result(trial.point[0]!);
        const end = told ? { outcome: 'completed' as const, ...told } : { outcome: 'failed' as const, reason: 'error' };
        tell({ ...trial, type: 'ended', ...end } satisfies Ended);
      }
      return phase();
    },
  };
}

const told = (x: number) => ({ losses: [(x - 0.5) ** 2], gradient: [[2 * (x - 0.5)]] });
const bare = (x: number) => ({ losses: [(x - 0.5) ** 2] });
const still = () => ({ losses: [1], gradient: [[0]] });
const nothing = () => undefined;

describe('sgd', () => {
  const settings: SgdSettings = { ...beginning, gradient: 'told', missing: 'differences', noise: 0, rule: 'adam', rate: 0.1, steps: 10 };

  it('steps while gradients are reported, probes if one is missing, and restarts once it stands still', () => {
    const { phase, hand, end } = life(sgdChart, stochasticDescent(env, settings));
    expect([phase(), hand()]).toEqual(['starting', ['start']]);
    expect(hand()).toEqual([]);
    expect([end(told), hand()]).toEqual(['stepping', ['iterate']]);
    expect([end(bare), hand()]).toEqual(['probing', ['probe-0', 'probe+0']]);
    expect([end(bare), hand()]).toEqual(['stepping', ['iterate']]);
    const phases = Array.from({ length: 40 }, () => {
      const reached = end(still);
      if (reached !== 'spent') hand();
      return reached;
    });
    expect(new Set(phases)).toEqual(new Set(['stepping', 'restarting', 'spent']));
    expect(phases.at(-1)).toBe('spent');
  });

  it('goes back if a step failed, and restarts elsewhere if all trials of a start failed', () => {
    const { hand, end } = life(sgdChart, stochasticDescent(env, settings));
    hand();
    expect([end(nothing), hand()]).toEqual(['restarting', ['start']]);
    expect([end(told), hand()]).toEqual(['stepping', ['iterate']]);
    expect([end(nothing), hand()]).toEqual(['stepping', ['iterate']]);
  });

  it('tries the average of a noisy descent after ten steps', () => {
    const { hand, end } = life(sgdChart, stochasticDescent(env, { ...settings, noise: 10 }));
    hand();
    const phases = Array.from({ length: 11 }, () => {
      const reached = end(told);
      hand();
      return reached;
    });
    expect(phases).toEqual([...Array.from({ length: 10 }, () => 'stepping'), 'averaging']);
    expect(end(told)).toBe('stepping');
  });
});

describe('lbfgs', () => {
  const settings: LbfgsSettings = {
    ...beginning,
    gradient: 'told',
    missing: 'differences',
    memory: 5,
    step: 0.1,
    probe: 0.01,
    noise: 0,
    gradientTolerance: 1e-5,
    lossTolerance: 1e-8,
  };

  it('searches lines, probes if no gradient is reported, and has converged after its last restart', () => {
    const { phase, hand, end } = life(lbfgsChart, quasiNewtonDescent(env, settings));
    expect([phase(), hand()]).toEqual(['starting', ['start']]);
    expect([end(bare), hand()]).toEqual(['probing', ['probe-0', 'probe+0']]);
    expect([end(bare), hand()]).toEqual(['searching', ['search']]);
    expect([end(nothing), hand()]).toEqual(['searching', ['search']]);
    expect([end(bare), hand()]).toEqual(['probing', ['probe-0', 'probe+0']]);
    expect([end(nothing), hand()]).toEqual(['restarting', ['start']]);
    expect(end(still)).toBe('spent');
  });
});
