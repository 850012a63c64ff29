import type { NatsConnection } from '@nats-io/nats-core';
import { rngFor } from '../../src/numeric/random.ts';
import { choice, float, int, type Strategy, space } from '../../streams/index.ts';
import { natsLog } from '../../streams/nats/index.ts';
import { subjectsOf } from '../../streams/nats/protocol/subjects.ts';
import { createdOf } from '../../streams/spec/options.ts';
import { fill, type Message } from './natsFill.ts';

export const training = space({
  rate: float(1e-5, 1e-1, { log: true }),
  dropout: float(0, 0.5),
  layers: int(1, 8),
  optimizer: choice(['sgd', 'adam', 'lion']),
});

export interface Study {
  readonly name: string;
  readonly strategy: Strategy;
  /** Trials that have ended. */
  readonly ended: number;
  readonly parallel: number;
}

/** Begins a study without an engine: its log has completed trials. */
export async function beginStudy(nc: NatsConnection, { name, strategy, ended, parallel }: Study): Promise<void> {
  const log = await natsLog(nc, name);
  await log.append(createdOf(training, strategy, { study: name, trials: 1e9, parallel, seed: 1 }));
  await log.close();
  await fill(nc, name, pastOf(name, ended));
}

/** The facts of completed trials. The lower the rate and the more layers, the better they are. */
function* pastOf(name: string, ended: number): Iterable<Message> {
  const { suggested, by } = subjectsOf(name);
  const rng = rngFor(name, '', 0);
  for (let trial = 1; trial <= ended; trial++) {
    const unit = training.axes.map(() => rng());
    const run = `${trial}.1`;
    const loss = (unit[0]! - 0.4) ** 2 + 0.1 * unit[1]! - 0.05 * unit[2]! + 0.05 * rng();
    yield [suggested, { type: 'suggested', trial, attempt: 1, by: 'random', params: training.decode(unit), after: 1 }];
    yield [by('w', trial), { type: 'started', trial, attempt: 1, run }];
    yield [by('w', trial), { type: 'completed', trial, run, values: { value: loss } }];
  }
}
