// A process of `npx tsx tools/bench gate`: runs the studies that it gets as messages.
import { type Job, outcomeOf } from './outcome.ts';

process.on('message', async (job: Job) => process.send!(await outcomeOf(job)));
