// Our own trainer in TypeScript, as a program that `tools/conform` starts. It breaks a rule if it is told to.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Msg, NatsConnection, Subscription } from '@nats-io/nats-core';
import { connect } from '@nats-io/transport-node';
import { reconnectOptions, trainer } from '../../../../streams/nats/index.ts';
import type { Task } from '../../../../tools/conform/stage.ts';

const [servers, study, name, fault] = process.argv.slice(2) as [string, string, string, string?];

const ID = 'Nats-Msg-Id';
const isFact = (subject: string) => subject.includes('.log.by.');

type Callback = (error: Error | null, message: Msg) => void;

/** A connection that does some things in another way. */
function broken(nc: NatsConnection): NatsConnection {
  let acknowledge: Callback | undefined;
  const publish: NatsConnection['publish'] = (subject, data, options) => {
    const { headers } = options ?? {};
    const id = headers?.get(ID) ?? '';
    if (fault === 'silent' && subject.includes('.beat.')) return;
    if (!isFact(subject)) return nc.publish(subject, data, options);
    if (fault === 'forgetful') {
      nc.publish(subject, data, { headers: headers! });
      queueMicrotask(() => acknowledge!(null, { subject: options!.reply!, json: () => ({ seq: 1 }) } as unknown as Msg)); // it does not check that it was stored
      return;
    }
    if (fault === 'nameless') headers?.delete(ID);
    nc.publish(subject, data, options);
    if (fault === 'repeats' && headers) {
      headers.set(ID, `${id}-again`);
      nc.publish(subject, data, { headers });
      headers.set(ID, id);
    }
    if (fault === 'greedy')
      nc.request(`$JS.API.CONSUMER.MSG.NEXT.HT_${study}.trainers`, JSON.stringify({ batch: 1 }), { timeout: 5000 }).catch(() => {});
  };
  const request: NatsConnection['request'] = (subject, ...more) =>
    nc.request(fault === 'grabs' ? subject.replace(/(\.log\.by\.\*\.)\d+$/, '$1999999') : subject, ...more);
  const subscribe = (subject: string, { callback }: { readonly callback: Callback }): Subscription => {
    const isMissed = (text: string) =>
      (fault === 'deaf' && subject.includes('.directive.') && !text.includes('closed')) ||
      (fault === 'stubborn' && subject.includes('.rejected.'));
    if (/^_INBOX.*\.\*$/.test(subject)) acknowledge = callback;
    const hear: Callback = (error, message) => (error === null && isMissed(message.string()) ? undefined : callback(error, message));
    return nc.subscribe(subject, { callback: hear });
  };
  const other: Readonly<Record<PropertyKey, unknown>> = { publish, request, subscribe };
  return new Proxy(nc, {
    get: (target, key) => {
      const found: unknown = other[key] ?? Reflect.get(target, key, target);
      return typeof found === 'function' ? found.bind(target) : found;
    },
  });
}

const nc = await connect({ servers, ...reconnectOptions });
const objective = async (
  { x, steps, pause, outcome }: Task,
  { report, signal }: { report: (value: number, step: number) => void; signal: AbortSignal },
) => {
  for (let step = 1; step <= steps && !signal.aborted; step++) {
    await sleep(pause * 1000);
    report(x + step, step);
  }
  if (outcome === 'error') throw new Error('as told');
  return outcome === 'nan' ? Number.NaN : x;
};
if (fault === 'unending') setInterval(() => {}, 1000);
await trainer<Task>({ nc: fault === undefined ? nc : broken(nc), study }, { name }, objective).done;
await nc.close();
