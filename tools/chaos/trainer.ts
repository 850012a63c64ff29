// A trainer of the chaos test. It records what it does, and breaks rules at times that its seed decides.
import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { jetstream } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { rngFor } from '../../src/numeric/random.ts';
import { reconnectOptions, trainer } from '../../streams/nats/index.ts';
import { onStall } from './stalls.ts';
import { takeAway, withoutAcknowledgements } from './without.ts';

type Arguments = [
  servers: string,
  study: string,
  name: string,
  diary: string,
  seed: string,
  lease: string,
  pace: string,
  without?: string,
  acknowledgements?: string,
  ca?: string,
];

const [servers, study, name, diary, seed, lease, pace, without, acknowledgements, ca] = process.argv.slice(2) as Arguments;
const nc = await connect({
  servers,
  ...reconnectOptions,
  ...(ca ? { tls: { caFile: ca } } : {}),
  waitOnFirstConnect: true,
  pingInterval: 1000,
  ignoreClusterUpdates: true,
});
takeAway(without, nc);
if (acknowledgements === 'lost') withoutAcknowledgements(nc);
const js = jetstream(nc);
const note = (line: object) => appendFileSync(diary, `${JSON.stringify({ ...line, trainer: name })}\n`);
const block = (milliseconds: number) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
// Its heartbeats are late then, as if a fault had suspended it.
onStall(Number(lease) * 500, () => note({ type: 'blocked', trial: 0, attempt: 0 }));
/** A wrong fact that the trainer sends without waiting for an answer. */
const say = (trial: number, fact: object | string) =>
  void js
    .publish(`ht.${study}.log.by.${name}.${trial}`, typeof fact === 'string' ? fact : JSON.stringify({ trial, ...fact }))
    .catch(() => {});

const { done } = trainer<{ readonly x: number }>({ nc, study }, { name }, async ({ x }, { trial, attempt, report }) => {
  const rng = rngFor(seed, name, trial, attempt);
  const mood = rng();
  note({ type: 'begun', trial, attempt });
  for (let step = 1; step <= 3; step++) {
    await sleep((Number(pace) / 3) * (0.5 + rng()));
    report(x + 1 / step, step);
  }
  if (mood < 0.01) {
    note({ type: 'blocked', trial, attempt });
    block(Number(lease) * 1500); // longer than a lease; then it continues as if nothing had happened
  } else if (mood < 0.05) say(trial, { type: 'reported', step: 2, values: { value: x } });
  else if (mood < 0.08) say(trial, { type: 'completed', run: 'forged', values: { value: -1 } });
  else if (mood < 0.1) say(trial, '{"type":');
  else if (mood < 0.12) say(trial, { type: 'closed', reason: 'person' });
  else if (mood < 0.14) say(trial, { type: 'started', attempt, run: 'second' });
  else if (mood < 0.16) say(trial, { type: 'failed', attempt: attempt + 1, reason: 'lost' });
  note({ type: 'ended', trial, attempt });
  return x * x;
});
await done;
process.exit(0);
