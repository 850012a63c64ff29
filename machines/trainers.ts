import { chart } from './chart.ts';

/**
 * An attempt at a trial, which begins when it is suggested. `offered`: a trainer may claim it. `outdated`: a strategy has stopped the trial, so the
 * trainer that claims the attempt only stops it. `hidden`: it looks claimed, so no trainer will claim it. `unwanted`: no trainer should claim it, because
 * a person has cancelled the trial, the study has closed, or it is outdated and hidden. `running`: a trainer has claimed it. `stopping`: the trainer should stop. `ended`: it has a
 * result, has failed or is lost; another attempt may follow.
 */
export const attemptChart = chart(
  'attempt',
  'offered',
  {
    offered: { claimed: 'running', stopped: 'outdated', hidden: 'hidden', withdrawn: 'unwanted' },
    outdated: { claimed: 'stopping', hidden: 'unwanted', withdrawn: 'unwanted' },
    hidden: { claimed: 'running', stopped: 'unwanted', withdrawn: 'unwanted' },
    unwanted: { claimed: 'stopping' },
    running: { stopped: 'stopping', withdrawn: 'stopping' },
    stopping: {},
    ended: 'final',
  },
  { ended: 'ended' },
);

/**
 * The evaluation of a trial in this process. `running`: what the objective returns or throws is the result. `stopping`: it was asked to stop, so its last
 * report is the result. `diverged`: its reports are not finite, so it fails. `ended`: its last fact is written, or no one needs it.
 */
export const evaluationChart = chart('evaluation', 'running', {
  running: { stopped: 'stopping', diverged: 'diverged', ended: 'ended' },
  stopping: { ended: 'ended' },
  diverged: { ended: 'ended' },
  ended: 'final',
});

/**
 * A trainer of a server. `working`: it takes trials. `paused`: a person lets it take none. `resting`: a person has drained it, and it stays. `draining`:
 * it ends when its trials have ended, because a person has drained it. `finishing`: the same, because the study has closed. `leaving`: it was asked to
 * end, so it hands its trials back, and stores what it has. `ended`: it has closed.
 */
export const trainerChart = chart(
  'trainer',
  'working',
  {
    working: { pause: 'paused', rest: 'resting', drain: 'draining', closed: 'finishing' },
    paused: { work: 'working', rest: 'resting', drain: 'draining', closed: 'finishing' },
    resting: { work: 'working', pause: 'paused', closed: 'finishing' },
    draining: {},
    finishing: {},
    leaving: {},
    ended: 'final',
  },
  { left: 'leaving', ended: 'ended' },
);

/**
 * The claim of a trainer of a server on an attempt. `preparing`: the server stores the claim, and the checkpoint of the trial is restored; a stop ends
 * it before it begins. `running`: the attempt is evaluated. `abandoned`: no one needs it, and its program ends. `saving`: its last fact is known, and
 * its checkpoint is saved. `left`: nothing more is done for it.
 */
export const claimChart = chart(
  'claim',
  'preparing',
  { preparing: { begun: 'running' }, running: { ended: 'saving', abandoned: 'abandoned' }, abandoned: {}, saving: {}, left: 'final' },
  { left: 'left' },
);
