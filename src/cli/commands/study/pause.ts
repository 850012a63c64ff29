import type { CommandStudy } from '../../../stores/locate.ts';
import { ledgerIn } from '../../../stores/trialTable.ts';
import { UsageError } from '../../../text/usage.ts';
import { act } from '../../act.ts';
import { onStudy } from '../../command.ts';

export const pause = onStudy({
  description: 'Pause a study: it suggests no new trials until it is resumed. Trials that have begun continue.',
  run: async (study) => {
    await checkOpen(study);
    return act(study, { type: 'change', paused: true }, `paused: no new trials until "hypertide resume${study.quoted ?? ''}"`);
  },
});

export const resume = onStudy({
  description: 'Resume a paused study. After an interrupt, repeat the command that ran it instead: it resumes by itself.',
  run: async (study) => {
    await checkOpen(study);
    const again = 'resumed: it suggests new trials';
    return act(study, { type: 'change', paused: false }, again, `${again} when it runs again: repeat the command that ran it`);
  },
});

export const close = onStudy({
  description: 'End a study now. Running trials are stopped.',
  run: (study) => act(study, { type: 'close' }, 'the study is closed; "hypertide change" reopens it'),
});

/** A change reopens a closed study, which is not what pausing or resuming it means. @throws UsageError */
async function checkOpen(study: CommandStudy): Promise<void> {
  const { closed } = await ledgerIn(study, study.created);
  if (closed !== undefined)
    throw new UsageError(`${study.place}: the study is closed (${closed})`, {
      todo: '"hypertide change --trials +20" reopens it, and "hypertide trial enqueue" too',
    });
}
