import { chart, type PhaseOf } from './chart.ts';

/**
 * A study in one engine, with at most one decision on its way to the log. `replaying`: the log is read from its beginning. `idle`: strategies are asked as
 * soon as a trial is wanted. `waiting`: they wait for news. `fitting`: they wait for a model. `appending`: a decision is on its way. `behind`: another
 * engine wrote first, so this one reads on before it decides again. `rebuilding`: an entry amended the past, so strategies read the log again, and
 * entries wait; `rebuildingAppending`: the same, while a decision is on its way. `draining`: the study is closed, and its last trials end. `closed`: they
 * have ended. `ended`: the engine is disposed.
 */
export const studyChart = chart(
  'study',
  'replaying',
  {
    replaying: { caughtUp: 'idle', closed: 'draining' },
    idle: { appended: 'appending', waits: 'waiting', fits: 'fitting', fenced: 'behind', closed: 'draining' },
    waiting: { woken: 'idle', fenced: 'behind', closed: 'draining' },
    fitting: { woken: 'idle', fenced: 'behind', closed: 'draining' },
    appending: { stored: 'idle', amended: 'rebuildingAppending', fenced: 'behind', closed: 'draining' },
    behind: { caughtUp: 'idle', closed: 'draining' },
    rebuilding: { caughtUp: 'idle', closed: 'draining' },
    rebuildingAppending: { caughtUp: 'appending', fenced: 'rebuilding' },
    draining: { drained: 'closed', reopened: 'idle' },
    closed: { retried: 'draining', reopened: 'idle' },
    ended: 'final',
  },
  { amended: 'rebuilding', disposed: 'ended' },
);

export type EnginePhase = PhaseOf<typeof studyChart> | 'ended';

/**
 * An engine of a study, of which there may be several. `starting`: it has not appended, and has not read that another engine did. `leading`: it appended
 * last. `standby`: another engine did, which may therefore append first.
 */
export const leadChart = chart('lead', 'starting', {
  starting: { stored: 'leading', overtaken: 'standby' },
  leading: { overtaken: 'standby' },
  standby: { stored: 'leading' },
});
