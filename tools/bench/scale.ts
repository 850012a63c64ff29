// npx tsx tools/bench scale [PART... --studies 500 --trainers 2000]: how far one server and one machine go. Every process is real.
import { parseArgs } from 'node:util';
import { runParts } from './measure.ts';
import { manyStudies } from './scaleStudies.ts';
import { manyTrainers } from './scaleTrainers.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    studies: { type: 'string', default: '500' },
    trainers: { type: 'string', default: '2000' },
    seconds: { type: 'string', default: '60' },
  },
});
await runParts(
  {
    studies: () => manyStudies({ studies: Number(values.studies), ended: 200, open: 4, seconds: Number(values.seconds) }),
    trainers: () => manyTrainers({ trainers: Number(values.trainers), trial: 2, seconds: Number(values.seconds) / 4 }),
  },
  positionals,
);
