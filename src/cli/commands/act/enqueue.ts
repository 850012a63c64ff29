import type { Enqueued } from '../../../facts/facts.ts';
import { omitUndefined } from '../../../schema/omitUndefined.ts';
import type { SpaceData } from '../../../space/schema.ts';
import type { CommandStudy } from '../../../stores/study.ts';
import { UsageError } from '../../../text/usage.ts';
import { type ActOptions, act } from '../../act.ts';
import { parseParams } from '../../parseValue.ts';

interface EnqueueOptions extends ActOptions, Pick<Enqueued, 'rest'> {}

/** `hypertide enqueue`: parameters as JSON, or as name=value. Raises the limit of trials if needed. */
export async function enqueue(study: CommandStudy, words: readonly string[], options: EnqueueOptions): Promise<number> {
  if (words.length === 0) throw new UsageError('expected parameters, as name=value or JSON');
  const { parameters } = study.created.space as SpaceData;
  const params = parseParams(words, parameters);
  const { rest } = options;
  return act(
    study,
    omitUndefined({ type: 'enqueue', params, rest }),
    options,
    'enqueued: it is tried next',
    'enqueued: it is tried first when the study runs again',
  );
}
