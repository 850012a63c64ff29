import type { Params } from '../../src/facts/facts.ts';
import { reachedText } from '../../src/insight/gain.ts';
import { escapeControls, stripControls } from '../../src/study/plainText.ts';
import type { ShownPrediction } from '../../src/study/prediction.ts';
import { pairs } from '../../src/study/shown.ts';
import type { TrialRow } from '../../src/study/trials.ts';
import { firstRungText, phaseText } from './phases.ts';
import type { Why } from './why.ts';

type Reason = Omit<Why, 'text'>;

/** Tags that are sentences for people. */
const EXPLANATIONS = { why: 'why auto chose this strategy', studies: 'promising by the results of', origin: 'origin' };
/** The phase of a composition that has not handed over: the phase of the strategy that answers is more useful. */
const ANSWERING = 'handOver.answering';

/** Why a trial was suggested, in sentences. */
export const whyText = (why: Reason, row: TrialRow<Params>): readonly string[] => [...linesOf(why, row)].map(escapeControls);

function* linesOf({ trial, by, phases = {}, predicted, results = {}, recomputed, impossible, stopped }: Reason, row: TrialRow<Params>) {
  const { params, tags = {} } = row;
  yield `trial ${trial} was suggested by ${by}: ${pairs(params)}`;
  for (const [path, phase] of Object.entries(phases)) {
    const text = isOn(path, by) && phase !== ANSWERING ? phaseText(phase) : undefined;
    if (text !== undefined) yield `strategy at that time: ${path} ${text}`;
  }
  if (predicted !== undefined) yield predictionText(predicted);
  for (const [name, about] of Object.entries(EXPLANATIONS)) if (tags[name] !== undefined) yield `${about}: ${tags[name]}`;
  const known = Object.entries(results).map(([path, count]) => `${count} of ${path}`);
  if (known.length > 0) yield `results known then: ${known.join(', ')}`;
  if (tags['first rung'] !== undefined) yield `early stopping compared trials from ${firstRungText(tags['first rung'])}`;
  yield resultOf(row);
  if (stopped !== undefined) yield `stopped ${stripControls(stopped)}`;
  if (recomputed === 'equal') yield 'recomputed from the log: the suggestion is the same';
  else if (recomputed)
    yield `recomputed from the log: ${recomputed.field} is ${JSON.stringify(recomputed.logged)} in the log, but ${JSON.stringify(recomputed.recomputed)} recomputed`;
  if (impossible !== undefined) yield `not recomputed: ${impossible}`;
}

function predictionText({ values, at, limit }: ShownPrediction): string {
  const shown = values.map(({ objective, mean, sd }) => `${objective} ${short(mean)} ± ${short(sd)}`).join(', ');
  const where = at === undefined ? '' : ` at step ${at}`;
  // Next to a few huge losses, all others would look equal, so the model of `bo` has a limit above which losses are equal.
  const cap = limit === undefined ? '' : `; to the model, all results worse than ${short(limit)} are ${short(limit)}`;
  const doubt = values.some(({ sd }) => sd === 0) ? '; a deviation of 0 means that the model fits badly here' : '';
  return `the model that chose it predicted ${shown}${where} (mean ± standard deviation${cap}${doubt})`;
}

function resultOf(row: TrialRow<Params>): string {
  const { status, step, examples, values, reason, message = '' } = row;
  const at = status === 'stopped' && step !== undefined ? ` ${examples === undefined ? 'at' : 'after'} ${reachedText(row)}` : '';
  const why = reason === undefined ? '' : ` (${reason}${message && `: ${stripControls(message)}`})`;
  return `result: ${status}${at}${why}${values ? ` ${pairs(values)}` : ''}`;
}

/** Whether a strategy is the one that made the suggestion, or is around or inside it. */
const isOn = (path: string, by: string): boolean => `${by}/`.startsWith(`${path}/`) || path.startsWith(`${by}/`);

const short = (value: number): string => String(Number(value.toPrecision(4)));
