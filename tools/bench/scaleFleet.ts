// Many trainers in one process, for `scale`. It is told what to do by messages, and answers each.
import { setTimeout } from 'node:timers/promises';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { reconnectOptions, trainer } from '../../streams/nats/index.ts';

export type Order =
  /** Trainers with slots of their own, which hold their trials until the end. */
  | { readonly type: 'hold'; readonly studies: readonly string[]; readonly slots: number }
  /** Trainers of one study, whose trials take some milliseconds. */
  | { readonly type: 'train'; readonly study: string; readonly trainers: number; readonly milliseconds: number }
  /** From now on, trials take so long. */
  | { readonly type: 'take'; readonly milliseconds: number }
  /** Measures for some milliseconds. */
  | { readonly type: 'measure'; readonly milliseconds: number };

/** What the trainers did while they were measured. */
export interface Measured {
  /** The mean number of trainers that ran a trial. */
  readonly busy: number;
  /** Trials that ended in a second. */
  readonly rate: number;
}

const [servers] = process.argv.slice(2);
/** Trainers that share a connection. */
const SHARED = 20;
let milliseconds = 0;
let running = 0;
let ended = 0;
/** Milliseconds of trials so far. */
let area = 0;
let since = performance.now();
const count = (change: number) => {
  const now = performance.now();
  area += running * (now - since);
  since = now;
  running += change;
};
const connected = (): Promise<NatsConnection> => connect({ servers: servers!, ...reconnectOptions });

async function hold({ studies, slots }: Extract<Order, { type: 'hold' }>): Promise<void> {
  let left = studies.length * slots;
  await new Promise<void>((resolve) => {
    const begin = async () => {
      if (--left === 0) resolve();
      await new Promise(() => {}); // it is never done
      return 0;
    };
    void (async () => {
      for (let i = 0; i < studies.length; i += SHARED) {
        const nc = await connected();
        for (const study of studies.slice(i, i + SHARED)) trainer({ nc, study }, { slots }, begin);
      }
    })();
  });
}

async function train({ study, trainers }: Extract<Order, { type: 'train' }>): Promise<void> {
  for (let i = 0; i < trainers; i += SHARED) {
    const nc = await connected();
    for (let j = i; j < Math.min(trainers, i + SHARED); j++)
      trainer({ nc, study }, { name: `w${process.pid}-${j}` }, async () => {
        count(1);
        await setTimeout(milliseconds * (0.9 + 0.2 * Math.random()));
        count(-1);
        ended++;
        return Math.random();
      });
  }
}

async function measure(milliseconds: number): Promise<Measured> {
  count(0);
  const before = { area, ended, since };
  await setTimeout(milliseconds);
  count(0);
  const spent = since - before.since;
  return { busy: (area - before.area) / spent, rate: (1000 * (ended - before.ended)) / spent };
}

async function obey(order: Order): Promise<unknown> {
  if (order.type === 'measure') return measure(order.milliseconds);
  if (order.type === 'hold') return hold(order);
  milliseconds = order.milliseconds;
  return order.type === 'train' ? train(order) : undefined;
}

process.on('message', (order: Order) => void obey(order).then((answer) => process.send!(answer ?? 'done')));
process.on('disconnect', () => process.exit());
process.send!('ready');
