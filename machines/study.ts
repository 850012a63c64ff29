import { setup } from 'xstate';

/** The events of a study in one engine. */
export type StudyEvent =
  /** The log has been read to its end. @param closed whether it ends with a closed study */
  | { readonly type: 'caughtUp'; readonly closed: boolean }
  /** An entry amended the past: strategies must read the log again. */
  | { readonly type: 'amended' }
  /** Another engine wrote first: this one must read on before it decides again. */
  | { readonly type: 'fenced' }
  /** Strategies may now decide differently. */
  | { readonly type: 'stirred' }
  /** A decision was appended and has not come back from the log. */
  | { readonly type: 'appended' }
  /** The strategies decided to wait: the next decision follows the next entry. */
  | { readonly type: 'waits' }
  /** A strategy waits for a model. */
  | { readonly type: 'fits' }
  /** The appended decision came back from the log, which may have refused it because of an entry that came between. */
  | { readonly type: 'stored' }
  | { readonly type: 'closed' }
  | { readonly type: 'reopened' }
  /** The last running trial of a closed study has ended. */
  | { readonly type: 'drained' }
  /** An engine that had not read the close suggested another attempt at an open trial. */
  | { readonly type: 'retried' }
  | { readonly type: 'disposed' };

const study = setup({
  types: {} as { events: StudyEvent },
  guards: {
    isClosed: ({ event }) => event.type === 'caughtUp' && event.closed,
  },
});

const caughtUp = [{ guard: 'isClosed', target: '#study.draining' }, { target: '#study.open' }] as const;

/**
 * The life of a study in one engine.
 *
 * Strategies are asked only in `idle`, as soon as a trial is wanted, and at most one decision is on its way to the log, in `appending`. If the past
 * is amended meanwhile, `rebuilding` remembers that. Entries are folded in every state but `rebuilding`, where they wait.
 */
export const studyMachine = study.createMachine({
  id: 'study',
  initial: 'replaying',
  on: { amended: '.rebuilding', disposed: '.ended' },
  states: {
    replaying: { on: { caughtUp } },
    open: {
      initial: 'idle',
      on: { fenced: 'behind', closed: 'draining' },
      states: {
        idle: { on: { appended: 'appending', waits: 'waiting', fits: 'fitting' } },
        waiting: { on: { stirred: 'idle' } },
        fitting: { on: { stirred: 'idle' } },
        appending: {
          on: {
            stored: 'idle',
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

/** The phase of an engine: the name of its innermost state. */
export type EnginePhase =
  | 'replaying'
  | 'idle'
  | 'waiting'
  | 'fitting'
  | 'appending'
  | 'behind'
  | 'rebuilding'
  | 'draining'
  | 'closed'
  | 'ended';
