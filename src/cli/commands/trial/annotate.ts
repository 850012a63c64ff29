import { omitUndefined } from '../../../schema/omitUndefined.ts';
import { UsageError } from '../../../text/usage.ts';
import { act } from '../../act.ts';
import { onStudy } from '../../command.ts';
import { many, toggle, trialNumber, value } from '../../parts.ts';

export const command = onStudy({
  description: 'Annotate a trial or, without its number, the study. What you leave out stays as it is.',
  arguments: { trial: value('trial', 'its number', { kind: trialNumber }) },
  options: {
    note: value('text', 'note in Markdown, which replaces the old one; an empty text removes it'),
    label: many('names', 'labels, which replace the old ones; an empty one removes them'),
    star: toggle('add a star', 'remove the star'),
  },
  run: async (study, { trial, note, label, star }) => {
    if (note === undefined && label === undefined && star === undefined)
      throw new UsageError('expected --note, --label, --star or --no-star');
    const labels = label?.filter((name) => name !== '');
    return act(study, omitUndefined({ type: 'annotate', trial, note, labels, starred: star }), 'saved in the log');
  },
});
