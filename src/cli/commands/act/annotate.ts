import { omitUndefined } from '../../../schema/omitUndefined.ts';
import type { CommandStudy } from '../../../stores/study.ts';
import { UsageError } from '../../../text/usage.ts';
import { type ActOptions, act, trialIn } from '../../act.ts';

interface AnnotateOptions extends ActOptions {
  readonly note?: string;
  readonly label?: readonly string[] | true;
  readonly star?: boolean;
}

/** `hypertide annotate`: annotates a trial or, without its number, the study. */
export async function annotate(study: CommandStudy, words: readonly string[], options: AnnotateOptions): Promise<number> {
  const { note, label, star: starred } = options;
  if (note === undefined && label === undefined && starred === undefined)
    throw new UsageError('expected --note, --label, --star or --no-star');
  const trial = words.length === 0 ? undefined : trialIn(words);
  const labels = label === true ? [] : label;
  return act(study, omitUndefined({ type: 'annotate', trial, note, labels, starred }), options, 'saved in the log');
}
