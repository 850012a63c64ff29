import { omitUndefined } from '../../../schema/omitUndefined.ts';
import { UsageError } from '../../../text/usage.ts';
import { act } from '../../act.ts';
import { onStudy } from '../../command.ts';
import { json, toggle, trialNumber, value, valuesOrNone } from '../../parts.ts';

export const command = onStudy({
  description: 'Annotate a trial or, without its number, the study. What you leave out stays as it is.',
  arguments: { trial: value('trial', 'its number', { kind: trialNumber }) },
  options: {
    note: value('text', 'note in Markdown, which replaces the old one; an empty text removes it'),
    label: valuesOrNone('names', 'labels, which replace the old ones', 'remove the labels'),
    star: toggle('add a star', 'remove the star'),
    json,
  },
  run: async (study, { trial, note, label, star, ...options }) => {
    if (note === undefined && label === undefined && star === undefined)
      throw new UsageError('expected --note, --label, --no-label, --star or --no-star');
    const labels = label === false ? [] : label;
    return act(study, omitUndefined({ type: 'annotate', trial, note, labels, starred: star }), options, 'saved in the log');
  },
});
