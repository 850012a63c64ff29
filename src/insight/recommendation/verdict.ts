import type { CloseReason, ObjectiveSpec } from '../../facts/facts.ts';
import type { TrialId } from '../../strategy/messages.ts';
import type { TrialRow } from '../../study/trials.ts';
import { rounded } from '../figures/drawing/format.ts';
import { type EndAndCost, MORE_TRIALS, reopening } from './reopening.ts';
import { LARGE } from './repeats.ts';

/** Whether to go on with a study. */
export interface Advice {
  /**
   * `confirm`: repeat the best configurations first, since noise is large or unknown; `stop`: further trials would hardly help; `continue`: the study still
   * improves; `unclear`: the results do not tell.
   */
  readonly verdict: 'confirm' | 'stop' | 'continue' | 'unclear';
  readonly reason:
    | 'few-results'
    | 'noise-unknown'
    | 'noise-large'
    | 'all-tried'
    | 'all-alike'
    | 'little-left'
    | 'improving'
    | 'no-improvement';
  /** The verdict and its reason as a sentence. */
  readonly text: string;
  /** The most that so many further trials improve the objective by, 19 times in 20. Only with `stop`. */
  readonly horizon?: { readonly trials: number; readonly gain: number };
}

/** What a verdict depends on that takes a model, or all results at the highest budget. */
export interface Evidence {
  /** The number of results at the highest budget. */
  readonly full: number;
  /** By how much the best of these is better than their median. */
  readonly lead: number;
  /** The standard deviation of repetitions; absent if no configuration was repeated. */
  readonly noise?: number;
  /** Whether repetitions of any configurations show noise; absent if there are too few. */
  readonly noisy?: boolean;
  /** Whether the configuration to deploy was repeated. */
  readonly isRepeated: boolean;
  /** The first trial of this configuration. With noise, a later best result may only be a lucky repetition. */
  readonly first: TrialId;
  /** How far a model predicts each result from the others, as a standard deviation; absent without a model. Noise is hardly larger. */
  readonly residual?: number;
  /** The largest improvement that a model expects of one trial, as a share of the lead; absent without a model. */
  readonly left?: number;
}

type Row = Pick<TrialRow<unknown>, 'trial' | 'status' | 'examples'>;

/** A study whose results are judged. */
export interface Judged {
  readonly objectives: readonly ObjectiveSpec[];
  /** The trials with a result, the best first. */
  readonly ranked: readonly Row[];
  readonly onFront: readonly Row[];
  readonly rows: readonly Row[];
  /** Why it has closed, if it has. */
  readonly closed: CloseReason | undefined;
}

/** With fewer results, nothing is told but that. */
const FEWEST_RESULTS = 10;
/** From so many results on, a model can tell what is left and what a choice costs. Little is at most this share of the lead. */
export const TELLING = 30;
const LITTLE_GAIN = 0.01;
/** Then `MORE_TRIALS` trials gained at most this share of the lead in 19 of 20 studies, see docs/benchmarks.md. */
export const BOUND = 0.05;
/** The study still improves if the best result is among this share of the last ones. */
const RECENT_SHARE = 0.25;

/** Whether to go on with a study. @param evidence needed with one objective. @returns undefined without a result */
export function verdictOn({ objectives, ranked, onFront, rows, closed }: Judged, evidence: Evidence | undefined): Advice | undefined {
  const results = rows.flatMap(({ status, trial }) => (status === 'completed' || status === 'stopped' ? [trial] : []));
  if (results.length < FEWEST_RESULTS && closed !== 'exhausted' && ranked.length + onFront.length > 0) {
    const text = `Continue: ${results.length === 1 ? '1 result is' : `${results.length} results are`} too few to tell whether to stop`;
    return { verdict: 'continue', reason: 'few-results', text };
  }
  const [objective, ...others] = objectives;
  if (others.length > 0) return onFront.length > 0 ? frontVerdict(onFront, results) : undefined;
  const [best] = ranked;
  if (objective === undefined || best === undefined || evidence === undefined) return undefined;
  const raced = best.examples !== undefined;
  const found = evidence.noise || raced ? evidence.first : best.trial;
  const since = results.filter((trial) => trial > found).length;
  return bestVerdict(evidence, { name: objective.name, results: results.length, since, closed, raced });
}

interface Standing {
  /** Of the objective. */
  readonly name: string;
  readonly results: number;
  /** How many of them came after the best one. */
  readonly since: number;
  readonly closed: CloseReason | undefined;
  /** Whether it was chosen on examples: only few trials are then evaluated on as many as the best, and these tell nothing of noise. */
  readonly raced: boolean;
}

/** With one objective: the first rule that applies counts. */
function bestVerdict(
  { full, lead, noise, noisy, isRepeated, residual, left }: Evidence,
  { name, results, since, closed, raced }: Standing,
): Advice {
  if (lead === 0 && !raced)
    return { verdict: 'unclear', reason: 'all-alike', text: 'Unclear: at least half of the results are as good as the best one' };
  const isSmall = noisy === false || (residual !== undefined && residual < LARGE * lead);
  if (noise === undefined && !isSmall && !raced)
    return {
      verdict: 'confirm',
      reason: 'noise-unknown',
      text: 'Confirm: no configuration ran three times, so the best result may be luck',
    };
  if (noise !== undefined && noise > LARGE * lead && !isRepeated)
    return {
      verdict: 'confirm',
      reason: 'noise-large',
      text: `Confirm: repetitions of one configuration differ by ${rounded(noise, 2)} (standard deviation), so the best one may be luck`,
    };
  if (closed === 'exhausted') return { verdict: 'stop', reason: 'all-tried', text: 'Stop: the strategy has nothing left to try' };
  if (full >= TELLING && left !== undefined && left <= LITTLE_GAIN) {
    const gain = BOUND * lead;
    const text = `Stop: ${MORE_TRIALS} more trials would improve ${name} by at most ${rounded(gain, 2)} (19 times in 20)`;
    return { verdict: 'stop', reason: 'little-left', text, horizon: { trials: MORE_TRIALS, gain } };
  }
  if (since < RECENT_SHARE * results)
    return {
      verdict: 'continue',
      reason: 'improving',
      text:
        since === 0 ? 'Continue: the last result is the best one' : `Continue: still improving, the best was found ${since} results ago`,
    };
  const text = `Unclear: no improvement in the last ${since} of ${results} results, but further trials may still help`;
  return { verdict: 'unclear', reason: 'no-improvement', text };
}

/** Whether to go on with a study with several objectives. Noise and what is left are not judged there. */
function frontVerdict(front: readonly Row[], results: readonly number[]): Advice {
  const newest = front.reduce((latest, { trial }) => Math.max(latest, trial), 0);
  const since = results.filter((trial) => trial > newest).length;
  const last = new Set(results.toSorted((a, b) => a - b).slice(-Math.ceil(RECENT_SHARE * results.length)));
  const recent = front.filter(({ trial }) => last.has(trial)).length;
  if (recent === 0)
    return {
      verdict: 'unclear',
      reason: 'no-improvement',
      text: `Unclear: no trial of the last ${since} of ${results.length} results is on the front, but further trials may still help`,
    };
  const text = `Continue: the front still grows, ${recent} of its ${front.length} trials are among the last ${last.size} of ${results.length} results`;
  return { verdict: 'continue', reason: 'improving', text };
}

/**
 * The command that a verdict asks for.
 *
 * @param study its address, after a space, or empty
 * @returns undefined if there is nothing to do, or no address
 */
export function actionOf(
  { verdict, reason }: Pick<Advice, 'verdict' | 'reason'>,
  study: string | undefined,
  end: EndAndCost,
): string | undefined {
  if (study === undefined || reason === 'all-alike') return undefined;
  if (verdict === 'confirm') return `hypertide trial confirm${study}`;
  if (verdict === 'stop') return end.closed === undefined ? `hypertide study close${study}` : undefined;
  const options = reopening(end);
  return options === undefined ? undefined : `hypertide change${study} ${options}`;
}

/** The verdict with the command that it asks for. */
export function withAction(verdict: Advice, study: string | undefined, end: EndAndCost): string {
  const command = actionOf(verdict, study, end);
  return command === undefined ? verdict.text : `${verdict.text}: ${command}`;
}
