// One of the two engines of the chaos test.
import { connect } from '@nats-io/transport-node';
import { float, int, random, space } from '../../streams/index.ts';
import { natsLog, reconnectOptions, serve } from '../../streams/nats/index.ts';
import { takeAway } from './without.ts';

const [servers, study, trials, parallel, lease, replicas, without] = process.argv.slice(2);
const nc = await connect({
  servers: servers!,
  ...reconnectOptions,
  waitOnFirstConnect: true,
  pingInterval: 1000,
  ignoreClusterUpdates: true, // it stays with its server, so that a partition cuts it off
});
takeAway(without, nc);
const parameters = space({ x: float(-5, 5), n: int(1, 9) });
// The other engine may be killed from here on: this one has read the log.
let head = Number.POSITIVE_INFINITY;
let position = 0;
const look = () => {
  if (position >= head) process.send?.('ready');
};
const { finished } = await serve(nc, parameters, {
  strategy: random(),
  study: study!,
  trials: Number(trials),
  parallel: Number(parallel),
  lease: Number(lease),
  replicas: Number(replicas),
  seed: 'chaos',
  attempts: 1000, // so many that no trial fails for good, however many faults hit it
  onEntry: (entry) => {
    position = entry.position;
    if (position === head) look();
  },
});
head = await (await natsLog(nc, study!, { create: false })).head();
look();
await finished;
process.exit(0);
