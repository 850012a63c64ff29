import type { Statechart } from '../../machines/chart.ts';
import type { Core } from '../../src/strategy/core.ts';
import type { Env } from '../../src/strategy/env.ts';
import type { ProposerEvent, StrategyEvent } from '../../src/strategy/messages.ts';
import { drive } from '../../streams/kernel/drive.ts';
import { interview } from './interview.ts';

/** A core in the phases of its chart, with the phase that it is in. */
export function living<S, Phase extends string, Verdict extends string, F extends StrategyEvent | ProposerEvent = StrategyEvent>(
  chart: Statechart<Phase, Verdict>,
  core: Core<S, Phase, Verdict, F>,
  env: Env,
  hears?: (fact: StrategyEvent | ProposerEvent) => fact is F,
) {
  let phase = () => '';
  const moves: string[] = [];
  const watched: Env = {
    ...env,
    watch(inspection) {
      if (inspection.type === 'began') phase = inspection.phase;
      if (inspection.type === 'moved') moves.push(inspection.verdict);
    },
  };
  return { ...interview(() => drive(chart, core, watched, hears), env), moves, phase: () => phase() };
}
