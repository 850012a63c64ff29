import { isRecord } from '../../schema/json.ts';
import type { TrialRow } from '../../study/trials.ts';
import type { Attributes, OptunaState } from './optunaStudy.ts';

/** The tag of imported trials with what only Optuna has, as JSON, so that `export` returns it. */
export const TAG = 'optuna trial';

/** @see TAG */
export interface OptunaTag {
  readonly state: OptunaState;
  readonly start?: string;
  readonly complete?: string;
  readonly system?: Attributes;
}

/** What is kept of an imported trial. */
export function tagIn({ by, tags }: TrialRow): OptunaTag | undefined {
  if (by !== 'import' || tags?.[TAG] === undefined) return undefined;
  const kept = valueIn(tags[TAG]);
  return isRecord(kept) ? (kept as unknown as OptunaTag) : undefined;
}

/** An attribute as the text of a tag. A text that cannot be mistaken for JSON stays as it is. */
export const textOf = (value: unknown): string => (typeof value === 'string' && valueIn(value) === value ? value : JSON.stringify(value));

/** The attribute behind the text of a tag. */
export function valueIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const HEAD = 'Attributes in Optuna:\n\n```json\n';
const FOOT = '\n```\n';

/** Attributes of a study as a note about it, in Markdown. */
export const noteOf = (attributes: Attributes): string => `${HEAD}${JSON.stringify(attributes, null, 2)}${FOOT}`;

/** The attributes in a note about a study. */
export function attributesIn(note: string | undefined): Attributes {
  if (note === undefined) return {};
  const kept = note.startsWith(HEAD) && note.endsWith(FOOT) ? valueIn(note.slice(HEAD.length, -FOOT.length)) : undefined;
  return isRecord(kept) ? kept : { note };
}
