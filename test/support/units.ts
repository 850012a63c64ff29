import { fileURLToPath } from 'node:url';
import { unitText } from '../../src/host/platform/units.ts';

export const unitsFolder = fileURLToPath(new URL('../../deploy/systemd', import.meta.url));

/** The units of one study, by the names of their files. */
export const unitFiles: Readonly<Record<string, string>> = {
  'hypertide-serve.service': unitText({
    description: 'Engine of hypertide',
    about: [
      'Made by npm run schema.',
      '/etc/systemd/system/hypertide-serve.service: an engine. On a second machine, it is the standby.',
      'The study file digits.yaml is in /var/lib/hypertide.',
    ],
    words: ['serve', 'digits.yaml', '--monitor', '9400', '--log-format', 'json'],
  }),
  'hypertide-worker.service': unitText({
    description: 'Worker of hypertide',
    about: [
      'Made by npm run schema.',
      '/etc/systemd/system/hypertide-worker.service: a worker, one on each machine.',
      'The program train.py is in /var/lib/hypertide.',
    ],
    words: ['worker', 'digits', '--monitor', '9401', '--log-format', 'json', '--', 'python3', 'train.py', '--lr', '{lr}'],
    runsPrograms: true,
  }),
};
