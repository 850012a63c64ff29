// An engine of the benchmark: reads a study, decides once, and tells how long that took and how much memory it used.
import { connect } from '@nats-io/transport-node';
import { random } from '../../streams/index.ts';
import { natsLog } from '../../streams/nats/index.ts';
import { serveStudy as serve } from '../../streams/nats/serve/serveStudy.ts';
import { withResolvers } from '../../streams/promises.ts';
import { memoryOf, ownCpu } from './measure.ts';
import { training } from './studies.ts';

export interface Taken {
  /** Until the first decision, from when the engine starts to read. */
  readonly seconds: number;
  readonly cpu: number;
  /** Peak memory of the process in megabytes, and its memory before it read. */
  readonly peak: number;
  readonly before: number;
}

const [servers, study] = process.argv.slice(2) as [string, string];
const nc = await connect({ servers });
const log = await natsLog(nc, study, { create: false });
const head = await log.head();
await log.close();
const before = memoryOf(process.pid);
const since = performance.now();
const used = ownCpu();
const decided = withResolvers<void>();
const { close } = await serve(nc, training, {
  strategy: random(),
  study,
  onEntry: ({ position, fact }) => position > head && (fact as { type?: string })?.type === 'suggested' && decided.resolve(),
});
await decided.promise;
const seconds = (performance.now() - since) / 1000;
const cpu = (ownCpu() - used) / 1e6;
process.send!({ seconds, cpu, peak: memoryOf(process.pid, 'VmHWM'), before } satisfies Taken);
await close();
await nc.close();
process.disconnect();
