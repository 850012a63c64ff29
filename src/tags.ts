import type { Tags } from './messages.ts';

/**
 * Tags have two halves. The tag that is named after the path of a stage holds state as JSON, which the stage reads back from the trial. All other tags
 * are text for people: no strategy reads them.
 *
 * @example { ...stateTag(env.name, { place: 2 }), origin: 'parents 3, 5' }
 */
export const stateTag = (path: string, state: unknown): Tags => ({ [path]: JSON.stringify(state) });

/** The state that a stage left on a trial; undefined if there is none, or an older version wrote it in another form. */
export function stateIn(tags: Tags | undefined, path: string): unknown {
  const text = tags?.[path];
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The same, if it is a whole number of at least 0. */
export function numberIn(tags: Tags | undefined, path: string): number | undefined {
  const state = stateIn(tags, path);
  return typeof state === 'number' && Number.isInteger(state) && state >= 0 ? state : undefined;
}

/** Where a model keeps the phase in which it answered: its own path belongs to the sequence that it explores with. */
export const phaseOf = (path: string): string => `${path}/phase`;
