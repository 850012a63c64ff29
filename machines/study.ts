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

/**
 * A study that a process serves. `absent`: the process runs nothing for it. `creating`: the same as `starting`, for a request that creates the study; if
 * that fails, nothing remains of it. `starting`: an engine reads the log, and requests wait. `leading`: the engine has read it, decides and answers; no other
 * engine has written since. `standby`: another engine wrote last. This one answers, and makes the same decisions, but waits a second before it writes
 * one: while the leader lives, it has written the decision by then. Once the leader is dead, this engine writes it, and leads. `closed`: the study has
 * closed and its trials have ended; the engine still answers. `restarting`: the engine has ended with an error, and the next one starts after 0.5 to 5 s.
 * `failed`: the error will last, or ten engines in a row have ended, so the next one starts after ten minutes, and requests are refused. `unloaded`:
 * closed for long, so no engine has its log, until a request or an entry needs one. `archived`: its log is in an archive, and no longer on the server.
 * `deleted`: its log is gone. `left`: the process serves it no more.
 */
export const servedChart = chart(
  'served',
  'absent',
  {
    absent: { begun: 'starting', requested: 'creating', retired: 'unloaded', archived: 'archived' },
    creating: { leads: 'leading', follows: 'standby', ended: 'closed', broke: 'left', refused: 'left' },
    starting: { leads: 'leading', follows: 'standby', ended: 'closed', broke: 'restarting', refused: 'failed' },
    leading: { follows: 'standby', ended: 'closed', broke: 'restarting', refused: 'failed' },
    standby: { leads: 'leading', ended: 'closed', broke: 'restarting', refused: 'failed' },
    closed: { leads: 'leading', follows: 'standby', retired: 'unloaded', broke: 'restarting', refused: 'failed' },
    restarting: { due: 'starting' },
    failed: { due: 'starting' },
    unloaded: { needed: 'starting', archived: 'archived' },
    archived: { begun: 'starting' },
    deleted: 'final',
    left: 'final',
  },
  { deleted: 'deleted', left: 'left' },
);
