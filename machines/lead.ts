import { chart } from './chart.ts';

/**
 * An engine of a study, of which there may be several. `starting`: it has not appended, and has not read that another engine did. `leading`: it appended
 * last. `standby`: another engine did, which may therefore append first.
 */
export const leadChart = chart('lead', 'starting', {
  starting: { stored: 'leading', overtaken: 'standby' },
  leading: { overtaken: 'standby' },
  standby: { stored: 'leading' },
});
