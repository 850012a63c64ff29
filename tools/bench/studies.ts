import type { NatsConnection } from '@nats-io/nats-core';
import { rngFor } from '../../src/numeric/random.ts';
import { choice, float, int, random, type Strategy, space } from '../../streams/index.ts';
import { natsLog } from '../../streams/nats/index.ts';
import { subjectsOf } from '../../streams/nats/protocol/subjects.ts';
import { createdOf } from '../../streams/spec/options.ts';

export const training = space({
  rate: float(1e-5, 1e-1, { log: true }),
  dropout: float(0, 0.5),
  layers: int(1, 8),
  optimizer: choice(['sgd', 'adam', 'lion']),
});

/** A message of a log. */
type Message = readonly [subject: string, fact: object];

/** A study on a server that no engine serves. */
export interface Study {
  readonly name: string;
  readonly strategy?: Strategy;
  readonly parallel: number;
}

/** Begins a study. @returns how many entries its log has */
async function begin(nc: NatsConnection, { name, strategy = random(), parallel }: Study, past: Iterable<Message>): Promise<number> {
  const log = await natsLog(nc, name);
  await log.append(createdOf(training, strategy, { study: name, trials: 1e9, parallel, seed: 1 }));
  await fill(nc, name, past);
  const head = await log.head();
  await log.close();
  return head;
}

/** Begins a study with completed trials. The lower the rate and the more layers, the better they are. */
export const withTrials = (nc: NatsConnection, study: Study, count: number): Promise<number> =>
  begin(nc, study, trialsOf(study.name, count));

function* trialsOf(name: string, count: number): Iterable<Message> {
  const { suggested, by } = subjectsOf(name);
  const rng = rngFor(name, '', 0);
  for (let trial = 1; trial <= count; trial++) {
    const unit = training.axes.map(() => rng());
    const run = `${trial}.1`;
    const loss = (unit[0]! - 0.4) ** 2 + 0.1 * unit[1]! - 0.05 * unit[2]! + 0.05 * rng();
    yield [suggested, { type: 'suggested', trial, attempt: 1, by: 'random', params: training.decode(unit), after: 1 }];
    yield [by('w', trial), { type: 'started', trial, attempt: 1, run }];
    yield [by('w', trial), { type: 'completed', trial, run, values: { value: loss } }];
  }
}

/** Begins a study whose trials are open, and have reported so often together. One more may be suggested. */
export const withReports = (nc: NatsConnection, name: string, trials: number, count: number): Promise<number> =>
  begin(nc, { name, parallel: trials + 1 }, reportsOf(name, trials, count));

function* reportsOf(name: string, trials: number, count: number): Iterable<Message> {
  const { suggested, by } = subjectsOf(name);
  const params = training.decode(training.axes.map(() => 0.5));
  for (let trial = 1; trial <= trials; trial++) {
    yield [suggested, { type: 'suggested', trial, attempt: 1, by: 'random', params, after: 1 }];
    yield [by('w', trial), { type: 'started', trial, attempt: 1, run: 'r' }];
  }
  for (let i = 0; i < count; i++) {
    const [trial, step] = [1 + (i % trials), 1 + Math.floor(i / trials)];
    yield [by('w', trial), { type: 'reported', trial, run: 'r', step, values: { value: 1 / step } }];
  }
}

/** Messages on the way to the server, at most. */
const MOST = 4096;

/** Fills the stream of a study, with as many publishes in flight as the server takes. */
async function fill(nc: NatsConnection, study: string, messages: Iterable<Message>): Promise<void> {
  const inbox = `_INBOX.fill.${study}`;
  let free = MOST;
  let go = () => {};
  const room = (wanted: number) =>
    new Promise<void>((resolve) => {
      go = () => free >= wanted && resolve();
      go();
    });
  const subscription = nc.subscribe(inbox, {
    callback: () => {
      free++;
      go();
    },
  });
  for (const [subject, fact] of messages) {
    if (free === 0) await room(1);
    free--;
    nc.publish(subject, JSON.stringify(fact), { reply: inbox });
  }
  await room(MOST);
  subscription.unsubscribe();
}
