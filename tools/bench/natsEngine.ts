// An engine of the benchmark: reads a study, decides once, and prints how long that took and how much memory it used.
import { readFileSync } from 'node:fs';
import { connect } from '@nats-io/transport-node';
import { float, random, space } from '../../streams/index.ts';
import { natsLog } from '../../streams/nats/index.ts';
import { serveStudy as serve } from '../../streams/nats/serve/serveStudy.ts';
import { withResolvers } from '../../streams/promises.ts';

const [servers, study, parallel] = process.argv.slice(2);
/** Megabytes, of the process as a whole. */
const held = (what: 'VmHWM' | 'VmRSS') =>
  Number(new RegExp(`${what}:\\s+(\\d+) kB`).exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? Number.NaN) / 1024;

const nc = await connect({ servers: servers! });
const log = await natsLog(nc, study!, { create: false });
const head = await log.head();
await log.close();
const before = held('VmRSS');
const since = performance.now();
const { user: at } = process.cpuUsage();
const decided = withResolvers<void>();
const { close } = await serve(nc, space({ x: float(-5, 5) }), {
  strategy: random(),
  study: study!,
  seed: 1,
  parallel: Number(parallel),
  onEntry: ({ position, fact }) => position > head && (fact as { type?: string })?.type === 'suggested' && decided.resolve(),
});
await decided.promise;
const { user, system } = process.cpuUsage();
const seconds = (performance.now() - since) / 1000;
console.log(JSON.stringify({ seconds, cpu: (user + system - at) / 1e6, peak: held('VmHWM'), before }));
await close();
await nc.close();
