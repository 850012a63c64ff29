import { jsonIn } from '../schema/jsonIn.ts';
import { isState, type Tags } from '../strategy/messages.ts';

/** The tags of a suggestion that are text for people. @param strategy of the study, as JSON: a log without marks tells state from text by its stages */
export function notesIn(tags: Tags, strategy: string): Tags {
  const isMarked = Object.values(tags).some(isState);
  const notes = Object.entries(tags).filter(([name, text]) => !(isMarked ? isState(text) : isUnmarkedState(name, text, strategy)));
  return Object.fromEntries(notes);
}

/** Before state was marked, it was JSON in a tag named after the path of a stage. */
const isUnmarkedState = (name: string, text: string, strategy: string): boolean =>
  (name.includes('/') || strategy.includes(JSON.stringify(name))) && jsonIn(text) !== undefined;
