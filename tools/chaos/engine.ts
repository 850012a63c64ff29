// An engine of the chaos test: what `hypertide serve --monitor` runs, on a connection that the test can break.
import { connect } from '@nats-io/transport-node';
import { measured } from '../../src/host/plugins.ts';
import { monitorFor } from '../../src/host/serving/monitor.ts';
import { serving } from '../../src/host/serving/serving.ts';
import type { StatusLine } from '../../src/text/statusLine.ts';
import { reconnectOptions } from '../../streams/nats/index.ts';
import { parameters, STUDY, type StrategyName, strategies } from './study.ts';
import { type Rule, takeAway } from './without.ts';

export interface EngineArguments {
  readonly servers: string;
  /** Port of its monitor. */
  readonly port: number;
  readonly trials: number;
  readonly parallel: number;
  readonly lease: number;
  readonly replicas: number;
  readonly strategy: StrategyName;
  /** The authority that signed the certificate of the server, if it uses TLS. */
  readonly ca?: string | undefined;
  readonly without?: Rule | undefined;
}

const { servers, port, trials, parallel, lease, replicas, strategy, ca, without } = JSON.parse(process.argv[2]!) as EngineArguments;
const nc = await connect({
  servers,
  ...reconnectOptions,
  ...(ca === undefined ? {} : { tls: { caFile: ca } }),
  waitOnFirstConnect: true,
  pingInterval: 1000,
  ignoreClusterUpdates: true, // it stays with its server, so that a partition cuts it off
});
takeAway(without, nc);
let isToFail = false;
process.on('SIGUSR2', () => {
  isToFail = true;
});
const { publish } = nc;
nc.publish = (subject, ...more) => {
  const fails = isToFail && subject.startsWith(`ht.${STUDY}.log.`);
  if (fails) isToFail = false;
  if (fails) throw new TypeError('an unexpected error');
  publish.call(nc, subject, ...more);
};
const screen: StatusLine = { terminal: false, line: () => {}, status: () => {}, end: () => {} };
const { metrics } = (await monitorFor(String(port), screen))!;
const { study } = serving({
  nc,
  screen,
  nats: servers,
  access: {},
  metrics,
  plugins: [measured(metrics)],
  settings: { lease, replicas },
});
const options = {
  study: STUDY,
  trials,
  parallel,
  seed: 'chaos',
  attempts: 1000, // so many that no trial fails for good, however many faults hit it
};
const described = { space: parameters, strategy: strategies[strategy](), options };
// The other engine may be killed from here on: this one has read the log.
const ready = () => process.send?.('ready');
const life = study(STUDY, async () => described);
life.phases$.subscribe((phase) => {
  if (['leading', 'standby'].includes(phase)) ready();
  if (without === 'supervision' && phase === 'restarting') void life.close();
});
life.send('begun');
