import type { Params } from '../../../facts/facts.ts';
import { omitUndefined } from '../../../schema/omitUndefined.ts';
import type { SpaceData } from '../../../space/schema.ts';
import { type Dimensions, parseValue } from '../../../space/types/dimension.ts';
import type { CommandStudy } from '../../../stores/locate.ts';
import { ENQUEUED } from '../../../study/shown.ts';
import { parseData } from '../../../text/parseData.ts';
import { UsageError } from '../../../text/usage.ts';
import { act } from '../../act.ts';
import { onStudy } from '../../command.ts';
import { assignment, many, value } from '../../parts.ts';

export const command = onStudy({
  description:
    'Try a configuration next. Parameters that you leave out are drawn at random. If the limit of trials is reached, it is raised. With --as, it is tried when the study asks its stage external.',
  arguments: { params: many('params', 'name=value, or JSON', { kind: assignment }) },
  options: {
    as: value('proposer', 'propose it as this external strategy'),
    note: value('text', 'reason for the proposal, shown with the trial'),
  },
  run: async (study, { params: words, as: proposer, note }) => {
    const params = paramsIn(study, words);
    if (proposer !== undefined) {
      return act(study, omitUndefined({ type: 'propose', proposer, params, note }), `it is tried when the study asks ${proposer}`);
    }
    if (note !== undefined) throw new UsageError('--note: only a proposal has one; pass --as, too');
    return act(study, { type: 'enqueue', params }, ...ENQUEUED);
  },
});

/** The parameters in words: `name=value`, or JSON. @throws UsageError */
function paramsIn({ created }: CommandStudy, words: readonly string[] = []): Params {
  if (words.length === 0) throw new UsageError('expected parameters, as name=value or JSON');
  if (words[0]!.trimStart().startsWith('{')) return parseData('parameters', words.join(' ')) as Params;
  const dimensions: Dimensions = (created.space as SpaceData).parameters;
  return Object.fromEntries(
    words.map((word) => {
      const at = word.indexOf('=');
      const name = word.slice(0, at);
      return [name, parseValue(dimensions[name], word.slice(at + 1))];
    }),
  );
}
