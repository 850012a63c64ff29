import { setup } from 'xstate';

/** What happens to a study in one engine. */
export type StudyEvent =
  /** The log has been read to its end. @param closed whether it ends with a closed study */
  | { readonly type: 'caughtUp'; readonly closed: boolean }
  /** An entry amended the past: strategies must read the log again. */
  | { readonly type: 'amended' }
  /** Another engine wrote first: this one must read on before it decides again. */
  | { readonly type: 'fenced' }
  /** A decision is wanted. */
  | { readonly type: 'stirred' }
  /** A decision was appended and has not come back from the log. */
  | { readonly type: 'appended' }
  /** The strategies decided to wait, or their decision was rejected: nothing is decided before the next entry. */
  | { readonly type: 'waits' }
  /** A strategy waits for a model. */
  | { readonly type: 'fits' }
  /** The appended decision came back. @param isWanted whether another one is wanted */
  | { readonly type: 'stored'; readonly isWanted: boolean }
  | { readonly type: 'closed' }
  | { readonly type: 'reopened' }
  /** The last running trial of a closed study has ended. */
  | { readonly type: 'drained' }
  /** An engine that did not know of the end suggested another attempt at an open trial. */
  | { readonly type: 'retried' }
  | { readonly type: 'disposed' };

const study = setup({
  types: {} as { events: StudyEvent },
  guards: {
    isClosed: ({ event }) => event.type === 'caughtUp' && event.closed,
    isWanted: ({ event }) => event.type === 'stored' && event.isWanted,
  },
});

const caughtUp = [{ guard: 'isClosed', target: '#study.draining' }, { target: '#study.open' }] as const;

/**
 * The life of a study in one engine.
 *
 * Strategies are asked in `asking` alone, and at most one decision is on its way to the log, in `appending`. If the past is amended
 * meanwhile, `rebuilding` remembers that. Entries are folded in every state but `rebuilding`, where they wait.
 */
export const studyMachine = study.createMachine({
  id: 'study',
  initial: 'replaying',
  on: { amended: '.rebuilding', disposed: '.ended' },
  states: {
    replaying: { on: { caughtUp } },
    open: {
      initial: 'asking',
      on: { fenced: 'behind', closed: 'draining' },
      states: {
        asking: { on: { appended: 'appending', waits: 'idle', fits: 'fitting' } },
        idle: { on: { stirred: 'asking' } },
        fitting: { on: { stirred: 'asking' } },
        appending: {
          on: {
            stored: [{ guard: 'isWanted', target: 'asking' }, { target: 'idle' }],
            waits: 'idle',
            amended: '#study.rebuilding.appending',
          },
        },
      },
    },
    behind: { on: { caughtUp } },
    rebuilding: {
      initial: 'free',
      states: {
        free: { on: { caughtUp } },
        appending: { on: { caughtUp: '#study.open.appending', fenced: 'free' } },
      },
    },
    draining: { on: { drained: 'closed', reopened: 'open' } },
    closed: { on: { retried: 'draining', reopened: 'open' } },
    ended: { type: 'final' },
  },
});

/** The state of a study, without what lies around it. */
export type EnginePhase =
  | 'replaying'
  | 'asking'
  | 'idle'
  | 'fitting'
  | 'appending'
  | 'behind'
  | 'rebuilding'
  | 'draining'
  | 'closed'
  | 'ended';
