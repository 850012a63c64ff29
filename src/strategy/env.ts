import { type Rng, rngFor } from '../numeric/random.ts';
import type { Domain } from '../space/axis.ts';
import type { View } from './core.ts';
import type { Answer, Ask, ProposerEvent, StrategyEvent } from './messages.ts';

/** A chart as plain data: its states, each with its events and where they lead, or `final`. */
export interface ChartData {
  readonly id: string;
  readonly initial: string;
  readonly states: Readonly<Record<string, Readonly<Record<string, string>> | 'final'>>;
  /** The events that lead to a state from each one that is not final. */
  readonly anywhere: Readonly<Record<string, string>>;
}

/** What a strategy does. Its `path` is the `by` of its suggestions; a strategy that begins under the path of another one replaces it. */
export type Inspection = { readonly path: string } & (
  | {
      readonly type: 'began';
      readonly chart: ChartData /** Its phase now. */;
      phase(): string /** What its model says now. */;
      view(): View | undefined;
    }
  /** It took a fact. @param state the state after it */
  | { readonly type: 'told'; readonly fact: StrategyEvent | ProposerEvent; readonly state: unknown }
  | { readonly type: 'moved'; readonly from: string; readonly verdict: string; readonly to: string }
  | { readonly type: 'answered'; readonly phase: string; readonly answer: Answer; readonly seconds: number }
);

/** Is told what the strategies of a study do. It cannot change anything; what it throws is ignored. */
export type Watch = (inspection: Inspection) => void;

/** The environment of a strategy: facts about its study. */
export interface Env extends Domain {
  readonly seed: string;
  /** The path of the stage; empty at the root. */
  readonly name: string;
  /** One name per loss. */
  readonly objectives: readonly string[];
  /** The objectives that are maximised, whose losses are negated values. Needed only for limits given as values. */
  readonly maximised?: readonly string[];
  /** How many trials may be open at once. */
  readonly parallel: number;
  /** The budgets at which an earlier stage compares trials, ascending; absent if none does. */
  readonly rungs?: readonly number[];
  /** `best`: a trial is judged by the best of its reports, so that schedulers and models compare the best so far. Default: by its last one. */
  readonly result?: 'best';
  /** How many examples each trial may be evaluated on, if the study has examples. Results then have standard errors, and no budgets. */
  readonly examples?: number;
  /** How many configurations the study will try, if it has such a limit. */
  readonly trials?: number;
  /** How many steps all trials may take together, if the study has such a limit. */
  readonly cost?: number;
  /** The sums of metrics at which the study ends, by metric, if it has such limits. */
  readonly spend?: Readonly<Record<string, number>>;
  /** Random numbers of the stage, keyed by its path, the ask and its retry: asked again, it gives the same ones. */
  rng(this: Pick<Env, 'seed' | 'name'>, ask: Ask): Rng;
  /** Is told what the strategy does. */
  readonly watch?: Watch;
  /** The XState actor around those of the strategy. Its type is unknown here, so that `src` does not need XState. */
  readonly actor?: unknown;
}

/** The `rng` of every environment. */
export function rngOfAsk(this: Pick<Env, 'seed' | 'name'>, { id, retry }: Ask): Rng {
  return rngFor(this.seed, this.name, id, retry);
}

/** Whether a suggestion is of a strategy, or of one inside it. @param path the `name` of its environment */
export const isBy = (path: string, { by }: { readonly by: string }): boolean => by === path || by.startsWith(`${path}/`);

/** The environment of a stage inside another. @param name the last part of its path */
export const child = <E extends Env>(env: E, name: string): E => ({ ...env, name: env.name ? `${env.name}/${name}` : name });
