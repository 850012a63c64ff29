import type { Params } from '../../../facts/facts.ts';
import { omitUndefined } from '../../../schema/omitUndefined.ts';
import type { SpaceData } from '../../../space/schema.ts';
import { type Dimensions, parseValue } from '../../../space/types/dimension.ts';
import type { CommandStudy } from '../../../stores/locate.ts';
import { parseData } from '../../../text/parseData.ts';
import { ENQUEUED } from '../../../text/shown.ts';
import { UsageError } from '../../../text/usage.ts';
import { act } from '../../act.ts';
import { onStudy } from '../../command.ts';
import { assignment, json, needed, time, value, values } from '../../parts.ts';

const params = values('params', 'name=value, or JSON', { kind: assignment });

export const enqueue = onStudy({
  description:
    'Try a configuration next. Parameters that you leave out are drawn at random. If the limit of trials is reached, it is raised.',
  arguments: { params },
  options: { json },
  run: async (study, { params, ...options }) => act(study, { type: 'enqueue', params: paramsIn(study, params) }, options, ...ENQUEUED),
});

export const propose = onStudy({
  description: 'Propose a configuration as an external strategy: to the stage external in the strategy of the study.',
  arguments: { params },
  options: {
    as: needed('proposer', 'name of the proposer, as in the strategy'),
    note: value('text', 'reason for the proposal, shown with the trial'),
    expires: value('time', 'time until it expires, such as 90 (seconds), 5m or 2h', { kind: time }),
    json,
  },
  run: async (study, { params, as: proposer, note, expires: seconds, ...options }) => {
    const intent = omitUndefined({ type: 'propose', proposer, params: paramsIn(study, params), note, seconds });
    return act(study, intent, options, `it is tried when the study asks ${proposer}`);
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
