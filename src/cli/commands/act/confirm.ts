import { spaceOf } from '../../../../streams/engine/applyEntries.ts';
import { recommendations } from '../../../insight/recommendation/recommendation.ts';
import type { CommandStudy } from '../../../stores/study.ts';
import { trialsIn } from '../../../stores/trialTable.ts';
import { inform, print } from '../../../text/output.ts';
import { UsageError } from '../../../text/usage.ts';
import { enqueueAll } from '../../act.ts';

interface ConfirmOptions {
  /** How many configurations. */
  readonly top: number;
  /** How often each is tried. */
  readonly times: number;
  readonly json?: boolean;
}

/**
 * `hypertide confirm`: tries the most promising configurations again, so that noise does not decide which one is deployed. They are enqueued in
 * rounds, so that, if the study ends early, each of them has been repeated about equally often.
 */
export async function confirmBest(study: CommandStudy, { top, times, json }: ConfirmOptions): Promise<number> {
  const [objective, ...more] = study.created.objectives;
  if (more.length > 0) throw new UsageError('confirm needs a study with one objective');
  const rows = await trialsIn(study);
  const chosen = recommendations(spaceOf(study.created), objective!, rows).slice(0, top);
  if (chosen.length === 0) throw new UsageError('there is no completed trial to confirm yet');
  const round = chosen.map(({ row: { params } }) => ({ params }));
  const running = await enqueueAll(study, Array.from({ length: times }, () => round).flat());
  const trials = chosen.map(({ row }) => row.trial);
  if (json) print(JSON.stringify({ trials, times }));
  else {
    const what = `${trials.length > 1 ? 'trials' : 'trial'} ${trials.join(', ')}`;
    inform(`the configurations of ${what}: ${times} more each${running ? '' : ', when the study is run: repeat the command that ran it'}`);
  }
  return 0;
}
