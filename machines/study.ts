import { setup } from 'xstate';

/** What happens to a study, as its machine sees it. */
export type StudyEvent =
  /** All there was in the log has been taken in. */
  | { readonly type: 'caughtUp' }
  /** Another engine wrote first. */
  | { readonly type: 'fenced' }
  /** What strategies were told must be told anew. */
  | { readonly type: 'revised' }
  | { readonly type: 'closed' }
  | { readonly type: 'reopened' };

const study = setup({ types: {} as { events: StudyEvent } });

/**
 * The life of a study in one engine. Questions are put in `listening` alone; `behind` reads on to the head of the log before anything is
 * decided again.
 */
export const studyMachine = study.createMachine({
  id: 'study',
  initial: 'replaying',
  on: { revised: '.rebuilding' },
  states: {
    replaying: { on: { caughtUp: 'listening' } },
    listening: { on: { fenced: 'behind', closed: 'closed' } },
    behind: { on: { caughtUp: 'listening' } },
    rebuilding: { on: { caughtUp: 'listening' } },
    closed: { on: { reopened: 'listening' } },
  },
});

export type StudyPhase = 'replaying' | 'listening' | 'behind' | 'rebuilding' | 'closed';
