import { whyOf } from '../../../../streams/explanation/whyOf.ts';
import { parseStrategy } from '../../../../streams/spec/spec.ts';
import type { ObjectiveSpec } from '../../../facts/facts.ts';
import { readFeed } from '../../../server/feed/feed.ts';
import type { CommandStudy } from '../../../stores/study.ts';
import { rowOf, trialsIn } from '../../../stores/trialTable.ts';
import { bestFirst } from '../../../study/bestFirst.ts';
import { print, suggestAfterData, tell } from '../../../text/output.ts';
import { UsageError } from '../../../text/usage.ts';
import { whyText } from '../../../text/whyText.ts';
import { trialIn } from '../../act.ts';

/** `hypertide why`: prints why a trial was suggested, recomputed from the log; without a number, the best trial. */
export async function printWhy(study: CommandStudy, words: readonly string[], { json }: { readonly json?: boolean }): Promise<number> {
  const [objective] = study.created.objectives as [ObjectiveSpec];
  const row = words.length > 0 ? await rowOf(study, trialIn(words)) : bestFirst(await trialsIn(study), objective)[0];
  if (row === undefined) throw new UsageError('expected the number of a trial, since there is no best trial yet');
  const why = (await whyOf(await readFeed(study), row.trial, parseStrategy))!;
  if (json) print(JSON.stringify(why));
  else for (const line of whyText(why, row, study.created.objectives)) tell(line);
  if (!json) suggestAfterData('importance', study);
  return 0;
}
