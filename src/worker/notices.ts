import type { Suggestion } from '../../streams/engine/directive.ts';
import type { EndFact } from '../../streams/evaluate.ts';
import { stopsTrials } from '../../streams/spec/defaults.ts';
import type { Params, ReportedFact } from '../facts/facts.ts';

/** Warns, once per subject, about the output of a program. */
export interface Notices {
  started(suggestion: Suggestion<Params>): void;
  reported(suggestion: Suggestion<Params>, fact: ReportedFact): void;
  ended(fact: EndFact): void;
}

export interface NoticesOptions {
  readonly warn: (message: string) => void;
  /** The study's strategy as data. */
  readonly strategy: unknown;
  /** Of the first objective. */
  readonly direction: 'minimize' | 'maximize';
  /** The name of the value, if the user gave one. */
  readonly metric?: string | undefined;
}

export function notices({ warn, strategy, direction, metric: given }: NoticesOptions): Notices {
  const said = new Set<string>();
  const once = (topic: string, message: string) => {
    if (!said.has(topic)) warn(message);
    said.add(topic);
  };
  const reporting = new Set<number>();
  let name = given ?? 'loss';
  /** Trials whose suggestion has the name of the value, so the line about it was printed before. */
  const informed = new Set<number>();
  const taken = (trial: number, metric: string | undefined) => {
    if (metric === undefined) return;
    name = metric;
    if (metric === given || informed.has(trial)) return;
    once(
      'metric',
      `the result is ${metric}, the only printed value that is usually ${direction}d; for another one, write "objective: ${direction} NAME" in the study file`,
    );
  };
  return {
    started: ({ trial, metric }) => {
      if (metric !== undefined) informed.add(trial);
    },
    reported: ({ trial, budget }, fact) => {
      reporting.add(trial);
      taken(trial, fact.metric);
      if (budget !== undefined && fact.step > budget)
        once(
          'budget',
          `trial ${trial} reported step ${fact.step}, beyond its budget of ${budget}: it trains for longer than the study plans. Give the budget to the program, such as --epochs {budget}, or let trials be stopped instead of paused`,
        );
    },
    ended: (fact) => {
      if (fact.type !== 'completed') return;
      taken(fact.trial, fact.metric);
      informed.delete(fact.trial);
      if (!reporting.delete(fact.trial) && stopsTrials(strategy))
        once(
          'silent',
          `trial ${fact.trial} ended without a report, so no trial can be stopped early; print a line such as "epoch=3 ${name}=0.41" after each epoch`,
        );
      else said.add('silent');
    },
  };
}
