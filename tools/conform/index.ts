// npx tsx tools/conform nats://127.0.0.1:4222 ./my-trainer {nats} {study} {name}
import { breachesOf } from './conform.ts';

// The trainer gets the parameters x, steps, pause and outcome: for each of the steps it waits pause seconds and reports x + step, then its result is
// x, or it throws (outcome "error"), or its result is NaN (outcome "nan"). It takes one trial at a time, and ends with the study.
const [nats, ...words] = process.argv.slice(2);
if (!nats || !['{nats}', '{study}', '{name}'].every((name) => words.join(' ').includes(name))) {
  console.error('usage: npx tsx tools/conform <server> <command of your trainer, with {nats}, {study} and {name}>');
  process.exit(2);
}
const { length } = await breachesOf(nats, words, /./, (name, breach) =>
  console.log(breach === undefined ? `ok      ${name}` : `not ok  ${name}\n        ${breach}`),
);
console.log(length === 0 ? 'the trainer conforms' : `the trainer breaks ${length} rules`);
process.exitCode = length === 0 ? 0 : 1;
