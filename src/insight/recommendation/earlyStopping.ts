import type { Params } from '../../facts/facts.ts';
import type { AppliedEntry } from '../../ledger/appliedEntry.ts';
import { grouped } from '../../numeric/grouped.ts';
import { RungResults } from '../../samplers/budgets/rungResults.ts';
import { omitUndefined } from '../../schema/omitUndefined.ts';
import { ownValue } from '../../schema/ownValue.ts';
import type { Space } from '../../space/space.ts';
import type { TrialRow } from '../../study/trials.ts';
import { formatNumber } from '../figures/drawing/format.ts';

/** What early stopping did in a study, and what it leaves open. */
export interface EarlyStopping {
  /** How many trials were trained to the end, of how many. */
  readonly complete: number;
  readonly trials: number;
  /** The steps that they trained, and that all would have trained to the end. */
  readonly trained: number;
  readonly whole: number;
  /** The most steps of a complete trial, and of what the study allows. */
  readonly longest: number;
  readonly allowed: number;
  /** The best trial, with one objective. */
  readonly best?: number;
  /** The trials that may have been stopped wrongly, the one that came furthest first. */
  readonly mayBeBetter: readonly { readonly trial: number; readonly step: number }[];
  readonly unseen: readonly UnseenValues[];
}

/** Values of a parameter with which no trial was trained to the end: numbers of a range, or one value as `from` and `to`. */
interface UnseenValues {
  readonly parameter: string;
  readonly from: unknown;
  readonly to: unknown;
  /** How many trials with these values were stopped, and the furthest step of any. */
  readonly trials: number;
  readonly step: number;
}

type Tried = Pick<TrialRow, 'trial'>;

/** At most so many are named. */
const MOST_NAMED = 3;
/** Stopped after less than this share of the steps of the best trial, a trial has shown too little. */
const SHOWN_SHARE = 0.1;
/** Unseen values are named if so many trials had one, and if they are at least this share of a range. */
const UNSEEN = { trials: 3, share: 0.25 };

/** Takes the entries of a log, and tells what early stopping did. */
export class StoppedTrials {
  readonly #results = new RungResults();

  apply({ event }: Pick<AppliedEntry, 'event'>): void {
    if (event?.type === 'suggested' || event?.type === 'reported' || event?.type === 'ended') this.#results.tell(event);
  }

  /**
   * @param best the best complete trial, with one objective
   * @returns undefined if no trial was stopped, or trials resume others. In a study of examples, trials train nothing, and had different examples.
   */
  among<P>(rows: Iterable<TrialRow<P>>, best: TrialRow<P> | undefined, space: Space<P>): EarlyStopping | undefined {
    const ended = [...rows].filter(({ status, budget }) => budget !== undefined && (status === 'completed' || status === 'stopped'));
    const { completed: complete = [], stopped = [] } = Object.fromEntries(grouped(ended, ({ status }) => status));
    if (stopped.length === 0 || ended.some(({ resumes, examples }) => resumes !== undefined || examples !== undefined)) return undefined;
    const steps = ({ step, status, budget }: TrialRow<P>): number => step ?? (status === 'completed' ? budget! : 0);
    const longest = Math.max(0, ...complete.map(steps));
    return {
      complete: complete.length,
      trials: ended.length,
      trained: ended.reduce((sum, row) => sum + steps(row), 0),
      whole: ended.reduce((sum, { budget }) => sum + (longest || budget!), 0),
      longest,
      allowed: Math.max(...ended.map(({ budget }) => budget!)),
      ...omitUndefined({ best: best?.trial }),
      mayBeBetter: best ? this.#mayBeBetter(best, complete, stopped) : [],
      unseen: unseenValues(space, complete, stopped)
        .sort((a, b) => b.trials - a.trials)
        .slice(0, MOST_NAMED),
    };
  }

  /** Those that, at the last rung that they reached, were better than the trial that is now the best, or than half of those that are complete. */
  #mayBeBetter(best: Tried, complete: readonly Tried[], stopped: readonly Tried[]): EarlyStopping['mayBeBetter'] {
    const resultsOf = ({ trial }: Tried) => this.#results.of(trial) ?? [];
    const [winner] = [best].flatMap(resultsOf);
    const whole = complete.flatMap(resultsOf);
    return stopped
      .flatMap(({ trial }) => {
        const { top: step = 0, losses } = this.#results.of(trial) ?? {};
        const loss = losses?.get(step)?.[0];
        if (winner === undefined || loss === undefined || step < SHOWN_SHARE * winner.top) return [];
        const others = whole.flatMap((other) => other.losses.get(step)?.[0] ?? []);
        const behind = others.filter((other) => other > loss).length;
        const leads = loss < (winner.losses.get(step)?.[0] ?? Number.NEGATIVE_INFINITY);
        return leads || (others.length > 1 && 2 * behind > others.length) ? [{ trial, step }] : [];
      })
      .sort((a, b) => b.step - a.step)
      .slice(0, MOST_NAMED);
  }
}

/** Of an ordered axis, the values on either side of those of all complete trials; of others, each value that no complete trial has. */
function unseenValues<P>(space: Space<P>, complete: readonly TrialRow<P>[], stopped: readonly TrialRow<P>[]): UnseenValues[] {
  return space.axes.flatMap(({ name, ordered }, k) => {
    const tried = (rows: readonly TrialRow<P>[]) =>
      rows
        .map(({ params, step = 0 }) => ({ value: ownValue(params as Params, name), place: space.encode(params)[k]!, step }))
        .filter(({ value }) => value !== undefined)
        .sort((a, b) => a.place - b.place);
    const seen = tried(complete).map(({ place }) => place);
    if (seen.length === 0) return [];
    const unseen = tried(stopped).filter(({ place }) => (ordered ? place < seen[0]! || place > seen.at(-1)! : !seen.includes(place)));
    return [...grouped(unseen, ({ place }) => (ordered ? place > seen[0]! : place)).values()].flatMap((there) => {
      const [first, last] = [there[0]!, there.at(-1)!];
      if (there.length < UNSEEN.trials || (ordered && last.place - first.place < UNSEEN.share)) return [];
      const step = Math.max(...there.map((one) => one.step));
      return [{ parameter: name, from: first.value, to: last.value, trials: there.length, step }];
    });
  });
}

/**
 * The same for people, a sentence each: what was saved, which trials may be better than the best one, and which values no full training has seen. A program
 * may train for fewer steps than the study allows; the rungs above these then decide nothing, so the first sentence says so.
 */
export function earlyTexts({ complete, trials, trained, whole, longest, allowed, best, mayBeBetter, unseen }: EarlyStopping): string[] {
  const saved = `early stopping saved ${Math.round(100 * (1 - trained / whole))} % of the training: ${complete} of ${trials} trials were trained to the end (${trained} of ${whole} steps)`;
  // A program that counts from 0, and first reports a later step, seems to train for one step less.
  const differs = longest > 0 && (longest + 1 < allowed || longest > allowed);
  const hint = `; your program trains for ${longest} steps, not ${allowed}: trials are compared at better steps with "epochs: ${longest}" in a new study`;
  const named = mayBeBetter.map(({ trial, step }) => `${trial} (stopped at step ${step})`).join(', ');
  const [some, each] = mayBeBetter.length === 1 ? ['trial', 'it'] : ['trials', 'each'];
  const ahead = `${some} ${named} may be better than trial ${best}: at that step, ${each} was ahead of it or of most completed trials`;
  return [differs ? `${saved}${hint}` : saved, ...(named ? [ahead] : []), ...unseen.map(unseenText)];
}

function unseenText({ parameter, from, to, trials, step }: UnseenValues): string {
  const values = from === to ? formatNumber(from) : `between ${formatNumber(from)} and ${formatNumber(to)}`;
  return `no trial with ${parameter} ${values} was trained to the end: ${trials} were stopped, the last one at step ${step}`;
}
