import { act } from '../../act.ts';
import { onStudy } from '../../command.ts';
import { needed, trialNumber } from '../../parts.ts';

const trial = needed('trial', 'number of the trial', { kind: trialNumber });

export const retract = onStudy({
  description: 'Declare the result of a trial wrong. Strategies forget it.',
  arguments: { trial },
  run: (study, { trial }) => act(study, { type: 'retract', trial }, `the result of trial ${trial} no longer counts`),
});

export const cancel = onStudy({
  description: 'Stop an open trial.',
  arguments: { trial },
  run: (study, { trial }) => act(study, { type: 'cancel', trial }, `trial ${trial} is stopped`, `trial ${trial} is not tried again`),
});
