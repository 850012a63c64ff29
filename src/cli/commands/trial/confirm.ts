import { spaceOf } from '../../../../streams/engine/applyEntries.ts';
import { recommendations } from '../../../insight/recommendation/recommendation.ts';
import { trialsIn } from '../../../stores/trialTable.ts';
import { inform } from '../../../text/output.ts';
import { UsageError } from '../../../text/usage.ts';
import { enqueueAll } from '../../act.ts';
import { onStudy } from '../../command.ts';
import { preset, wholeNumber } from '../../parts.ts';

export const command = onStudy({
  description:
    'Try the most promising configurations again, if results are noisy. Then "hypertide best --recommended" can better tell which one to deploy.',
  options: {
    top: preset('n', 'number of configurations', 5, { kind: wholeNumber }),
    times: preset('n', 'number of trials for each of them', 3, { kind: wholeNumber }),
  },
  run: async (study, { top, times }) => {
    const [objective, ...more] = study.created.objectives;
    if (more.length > 0) throw new UsageError('confirm needs a study with one objective');
    const rows = await trialsIn(study);
    const chosen = recommendations(spaceOf(study.created), objective!, rows).slice(0, top);
    if (chosen.length === 0) throw new UsageError('there is no completed trial to confirm yet');
    // In rounds: if the study ends early, each of them has been repeated about equally often.
    const round = chosen.map(({ params }) => ({ params }));
    const running = await enqueueAll(study, Array.from({ length: times }, () => round).flat());
    const trials = chosen.map(({ trial }) => trial);
    const what = `${trials.length > 1 ? 'trials' : 'trial'} ${trials.join(', ')}`;
    inform(`the configurations of ${what}: ${times} more each${running ? '' : ', when the study is run: repeat the command that ran it'}`);
    return 0;
  },
});
