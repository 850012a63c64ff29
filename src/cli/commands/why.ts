import { whyOf } from '../../../streams/explanation/whyOf.ts';
import { parseStrategy } from '../../../streams/spec/spec.ts';
import type { ObjectiveSpec } from '../../facts/facts.ts';
import { readFeed } from '../../server/feed/feed.ts';
import { rowOf, trialsIn } from '../../stores/trialTable.ts';
import { bestFirst } from '../../study/bestFirst.ts';
import { print, suggestAfterData, tell } from '../../text/output.ts';
import { UsageError } from '../../text/usage.ts';
import { onStudy } from '../command.ts';
import { json, trialNumber, value } from '../parts.ts';

export const command = onStudy({
  description:
    'Print why a trial was suggested and, if so, stopped, recomputed from the log: which strategy suggested it, in which phase, what its model predicted, and with what a stopped trial was compared.',
  arguments: { trial: value('trial', 'number of the trial (default: the best one)', { kind: trialNumber }) },
  options: { json },
  run: async (study, { trial, json }) => {
    const [objective] = study.created.objectives as [ObjectiveSpec];
    const row = trial !== undefined ? await rowOf(study, trial) : bestFirst(await trialsIn(study), objective)[0];
    if (row === undefined) throw new UsageError('expected the number of a trial, since there is no best trial yet');
    const { source, begun } = await readFeed(study);
    const why = (await whyOf({ source, ...begun! }, row.trial, parseStrategy))!;
    if (json) print(JSON.stringify(why));
    else for (const line of why.text) tell(line);
    if (!json) suggestAfterData('study importance', study);
    return 0;
  },
});
