import { setup } from 'xstate';

/** What happens to a study, as its machine sees it. */
export type StudyEvent =
  /** All there was in the log has been taken in. */
  | { readonly type: 'caughtUp' }
  /** A decision is on its way into the log. */
  | { readonly type: 'appended' }
  /** It has come back from the log. */
  | { readonly type: 'stored' }
  /** Another engine wrote first. */
  | { readonly type: 'fenced' }
  /** What strategies were told must be told anew. */
  | { readonly type: 'revised' }
  | { readonly type: 'closed' }
  | { readonly type: 'reopened' };

const study = setup({ types: {} as { events: StudyEvent } });

/**
 * The life of a study in one engine. Questions are put in `listening` alone, so there is one at a time; `appending` lasts until the answer
 * has come back as a fact; `behind` reads on to the head of the log before anything is decided again.
 */
export const studyMachine = study.createMachine({
  id: 'study',
  initial: 'replaying',
  on: { revised: '.rebuilding' },
  states: {
    replaying: { on: { caughtUp: 'listening' } },
    listening: { on: { appended: 'appending', closed: 'closed' } },
    appending: { on: { stored: 'listening', fenced: 'behind', closed: 'closed' } },
    behind: { on: { caughtUp: 'listening' } },
    rebuilding: { on: { caughtUp: 'listening' } },
    closed: { on: { reopened: 'listening' } },
  },
});

export type StudyPhase = 'replaying' | 'listening' | 'appending' | 'behind' | 'rebuilding' | 'closed';
