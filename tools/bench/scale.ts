// npx tsx tools/bench scale [PART... --studies 500 --trainers 2000]: how far one server and one machine go. Every process is real.
import { parseArgs } from 'node:util';
import { printVerdicts } from './measure.ts';
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
const seconds = Number(values.seconds);
const parts: Readonly<Record<string, () => Promise<void>>> = {
  studies: () => manyStudies({ studies: Number(values.studies), ended: 200, open: 4, seconds }),
  trainers: () => manyTrainers({ trainers: Number(values.trainers), trial: 2, seconds: seconds / 4 }),
};
const unknown = positionals.find((name) => !(name in parts));
if (unknown !== undefined) {
  console.error(`expected a part among ${Object.keys(parts).join(', ')}, got ${unknown}`);
  process.exit(2);
}
for (const [name, part] of Object.entries(parts)) if (positionals.length === 0 || positionals.includes(name)) await part();
printVerdicts();
process.exit(0);
