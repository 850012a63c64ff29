import { chart } from './chart.ts';

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
