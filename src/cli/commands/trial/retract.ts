import { act } from '../../act.ts';
import { onStudy } from '../../command.ts';
import { json, needed, trialNumber } from '../../parts.ts';

const trial = needed('trial', 'number of the trial', { kind: trialNumber });

export const retract = onStudy({
  description: 'Declare the result of a trial wrong. Strategies forget it.',
  arguments: { trial },
  options: { json },
  run: (study, { trial, ...options }) => act(study, { type: 'retract', trial }, options, `the result of trial ${trial} no longer counts`),
});

export const cancel = onStudy({
  description: 'Stop an open trial.',
  arguments: { trial },
  options: { json },
  run: (study, { trial, ...options }) =>
    act(study, { type: 'cancel', trial }, options, `trial ${trial} is stopped`, `trial ${trial} is not tried again`),
});
