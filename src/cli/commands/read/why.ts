import { phaseText } from '../../../dashboard/phases.ts';
import { whyOf } from '../../../dashboard/why.ts';
import type { Why } from '../../../dashboard/wire.ts';
import type { Params } from '../../../facts/facts.ts';
import type { TrialRow } from '../../../study/trials.ts';
import { trialIn } from '../../act.ts';
import { readFeed } from '../../sources/readFeed.ts';
import { rowOf } from '../../sources/rowOf.ts';
import type { CommandStudy } from '../../sources/study.ts';
import { print } from '../../terminal/output.ts';
import { pairs } from '../../terminal/render.ts';

/** `hypertide why`: prints why a trial was suggested, recomputed from the log. */
export async function printWhy(study: CommandStudy, words: readonly string[], { json }: { readonly json?: boolean }): Promise<number> {
  const row = await rowOf(study, trialIn(words));
  const why = (await whyOf(await readFeed(study), row.trial))!;
  if (json) print(JSON.stringify(why));
  else for (const line of linesOf(why, row)) print(line);
  return 0;
}

function* linesOf({ trial, by, phases = {}, expected, recomputed, impossible }: Why, { params, status, values }: TrialRow<Params>) {
  yield `trial ${trial} was suggested by ${by}: ${pairs(params)}`;
  for (const [path, active] of Object.entries(phases)) {
    const text = isOn(path, by) && active.length > 0 ? phaseText(active.at(-1)!) : undefined;
    if (text !== undefined) yield `at that time: ${path} ${text}`;
  }
  if (expected) {
    const { mean, sd, results } = expected;
    yield `expected value: ${short(mean)} ± ${short(sd)} (mean and standard deviation of a random forest on the ${results} results known then)`;
  }
  yield `result: ${status}${values ? ` ${pairs(values)}` : ''}`;
  if (recomputed === 'equal') yield 'recomputed from the log: the same decision';
  else if (recomputed)
    yield `recomputed from the log: ${recomputed.field} is ${JSON.stringify(recomputed.logged)} in the log, but ${JSON.stringify(recomputed.recomputed)} recomputed`;
  if (impossible !== undefined) yield `not recomputed: ${impossible}`;
}

/** Whether a strategy is the one that suggested, or around or inside it. */
const isOn = (path: string, by: string): boolean => `${by}/`.startsWith(`${path}/`) || path.startsWith(`${by}/`);

const short = (value: number): string => String(Number(value.toPrecision(4)));
