import { omitUndefined } from '../../../schema/omitUndefined.ts';
import type { SpaceData } from '../../../space/schema.ts';
import type { CommandStudy } from '../../../stores/study.ts';
import { UsageError } from '../../../text/usage.ts';
import { type ActOptions, act } from '../../act.ts';
import { parseParams } from '../../parseValue.ts';

interface ProposeOptions extends ActOptions {
  readonly as: string;
  readonly note?: string;
  readonly seconds?: number;
}

/** `hypertide propose`: a proposal for a stage `external`, as JSON or as name=value. */
export async function sendProposal(study: CommandStudy, words: readonly string[], options: ProposeOptions): Promise<number> {
  if (words.length === 0) throw new UsageError('expected parameters, as name=value or JSON');
  const { as: proposer, note, seconds } = options;
  const { parameters } = study.created.space as SpaceData;
  const intent = omitUndefined({ type: 'propose', proposer, params: parseParams(words, parameters), note, seconds });
  return act(study, intent, options, `it is tried when the study asks ${proposer}`);
}
