import { isState, type Tags } from '../strategy/messages.ts';

/** The tags of a suggestion that are text for people. */
export const notesIn = (tags: Tags): Tags => Object.fromEntries(Object.entries(tags).filter(([, text]) => !isState(text)));
