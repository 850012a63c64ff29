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
  | { readonly type: 'woken' }
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

/**
 * What an engine does in a phase. `folds`: entries are folded at once; otherwise they wait. `directs`: trainers are told what follows from them.
 * `decides`: strategies are asked as soon as a trial is wanted. `waits`: they have decided to wait, until something stirs the study. `sends`: a decision
 * is on its way to the log. `ends`: the study is closed, and the last trials end, until it is `finished`.
 */
export type StudyTag = 'folds' | 'directs' | 'decides' | 'waits' | 'sends' | 'ends' | 'finished';

const study = setup({
  types: {} as { events: StudyEvent; tags: StudyTag },
  guards: {
    isClosed: ({ event }) => event.type === 'caughtUp' && event.closed,
  },
});

const caughtUp = [{ guard: 'isClosed', target: '#study.draining' }, { target: '#study.open' }] as const;

/**
 * The life of a study in one engine. At most one decision is on its way to the log. If the past is amended meanwhile, `rebuilding` remembers that: the
 * strategies read the log again, and entries wait.
 */
export const studyMachine = study.createMachine({
  id: 'study',
  initial: 'replaying',
  on: { amended: '.rebuilding', disposed: '.ended' },
  states: {
    replaying: { tags: 'folds', on: { caughtUp } },
    open: {
      tags: ['folds', 'directs'],
      initial: 'idle',
      on: { fenced: 'behind', closed: 'draining' },
      states: {
        idle: { tags: 'decides', on: { appended: 'appending', waits: 'waiting', fits: 'fitting' } },
        waiting: { tags: 'waits', on: { woken: 'idle' } },
        fitting: { tags: 'waits', on: { woken: 'idle' } },
        appending: { tags: 'sends', on: { stored: 'idle', amended: '#study.rebuilding.appending' } },
      },
    },
    behind: { tags: ['folds', 'directs'], on: { caughtUp } },
    rebuilding: {
      initial: 'free',
      states: {
        free: { on: { caughtUp } },
        appending: { on: { caughtUp: '#study.open.appending', fenced: 'free' } },
      },
    },
    draining: { tags: ['folds', 'directs', 'ends'], on: { drained: 'closed', reopened: 'open' } },
    closed: { tags: ['folds', 'directs', 'ends', 'finished'], on: { retried: 'draining', reopened: 'open' } },
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
