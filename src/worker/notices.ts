import type { Suggestion } from '../../streams/engine/directive.ts';
import type { EndFact } from '../../streams/evaluate.ts';
import { stopsTrials } from '../../streams/spec/defaults.ts';
import type { ObjectiveSpec, Params, ReportedFact } from '../facts/facts.ts';
import { exampleAt } from '../programs/exampleReader.ts';
import type { TrialId } from '../strategy/messages.ts';

/** Warns, once per subject, about the output of a program. */
export interface Notices {
  started(suggestion: Suggestion<Params>): void;
  reported(suggestion: Suggestion<Params>, fact: ReportedFact): void;
  ended(fact: EndFact): void;
  /** Another warning. @param topic of which it is the only one */
  once(topic: string, message: string): void;
}

export interface NoticesOptions {
  readonly warn: (message: string) => void;
  /** The study's strategy as data. */
  readonly strategy: unknown;
  /** The first one. */
  readonly objective: ObjectiveSpec;
  /** The name of the value, if the user gave one. */
  readonly metric?: string | undefined;
  /** What trials are evaluated on: how many examples there are, or their names. */
  readonly examples?: number | readonly string[] | undefined;
}

export function notices({ warn, strategy, objective, metric: given, examples }: NoticesOptions): Notices {
  const said = new Set<string>();
  const once = (topic: string, message: string) => {
    if (!said.has(topic)) warn(message);
    said.add(topic);
  };
  const reporting = new Set<number>();
  let name = given ?? (objective.name === 'value' ? 'loss' : objective.name);
  /** The examples that trials were asked for, if not for all. */
  const asked = new Map<TrialId, ReadonlySet<number>>();
  /** Trials whose suggestion has the name of the value, so the line about it was printed before. */
  const informed = new Set<number>();
  const taken = (trial: number, metric: string | undefined) => {
    if (metric === undefined) return;
    name = metric;
    if (metric === given || informed.has(trial)) return;
    once(
      'metric',
      `the result is ${metric}, as the names of the printed values say; for another one, write "objective: ${objective.direction} NAME" in the study file`,
    );
  };
  return {
    once,
    started: ({ trial, metric, examples: places }) => {
      if (metric !== undefined) informed.add(trial);
      if (places && !said.has('order')) asked.set(trial, new Set(places));
    },
    reported: ({ trial, budget }, fact) => {
      reporting.add(trial);
      taken(trial, fact.metric);
      const places = asked.get(trial);
      const other = places && fact.results?.find(([place]) => !places.has(place!));
      if (other)
        once(
          'order',
          `trial ${trial} was evaluated on examples that the study did not ask for, such as ${exampleAt(examples!, other[0]!)}: they count, but it saves time to evaluate only those in the file that {examples} and HYPERTIDE_EXAMPLES_FILE name, in this order`,
        );
      if (budget !== undefined && fact.step > budget)
        once(
          'budget',
          `trial ${trial} reported step ${fact.step}, beyond its budget of ${budget}: it trains for longer than the study plans. Give the budget to the program, such as --epochs {budget}, or let trials be stopped instead of paused`,
        );
    },
    ended: (fact) => {
      asked.delete(fact.trial);
      if (fact.type !== 'completed') return;
      taken(fact.trial, fact.metric);
      informed.delete(fact.trial);
      if (reporting.delete(fact.trial)) said.add('silent');
      else if (examples !== undefined)
        once(
          'silent',
          `trial ${fact.trial} ended without the result of an example, so its value is the one that it printed last; print a line such as "example=${exampleAt(examples, 0)} ${name}=0.41" for each example`,
        );
      else if (stopsTrials(strategy))
        once(
          'silent',
          `trial ${fact.trial} ended without a report, so no trial can be stopped early; print a line such as "epoch=3 ${name}=0.41" after each epoch`,
        );
      else said.add('silent');
    },
  };
}
