import { setup } from 'xstate';

/** What happens to a study, as its machine sees it. */
export type StudyEvent =
  /** All there was in the log has been taken in. */
  | { readonly type: 'caughtUp' }
  /** A decision is on its way into the log. */
  | { readonly type: 'appended' }
  /** It has come back from the log; `more` says whether another question is due. */
  | { readonly type: 'stored'; readonly more: boolean }
  /** Another engine wrote first. */
  | { readonly type: 'fenced' }
  /** No trial is wanted, or the strategy answered `wait`. */
  | { readonly type: 'satisfied' }
  /** Something has happened that may be a reason to ask. */
  | { readonly type: 'stirred' }
  /** What strategies were told must be told anew. */
  | { readonly type: 'revised' }
  | { readonly type: 'closed' };

const study = setup({
  types: {} as { events: StudyEvent },
  guards: { more: ({ event }) => event.type === 'stored' && event.more },
});

/**
 * The life of a study in one engine. It asks in `deciding` alone, so there is one question at a time; `appending` lasts until the answer
 * has come back as a fact; `behind` reads on to the head of the log before it decides again.
 */
export const studyMachine = study.createMachine({
  id: 'study',
  initial: 'replaying',
  on: { closed: '.closed', revised: '.rebuilding' },
  states: {
    replaying: { on: { caughtUp: 'deciding', closed: {} } },
    deciding: { on: { appended: 'appending', satisfied: 'listening' } },
    appending: { on: { stored: [{ guard: 'more', target: 'deciding' }, { target: 'listening' }], fenced: 'behind' } },
    behind: { on: { caughtUp: 'deciding' } },
    listening: { on: { stirred: 'deciding' } },
    rebuilding: { on: { caughtUp: 'deciding', closed: {} } },
    closed: { on: { stirred: 'deciding' } },
  },
});

export type StudyPhase = 'replaying' | 'deciding' | 'appending' | 'behind' | 'listening' | 'rebuilding' | 'closed';
