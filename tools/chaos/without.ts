import type { NatsConnection, PublishOptions } from '@nats-io/nats-core';
import { Attempts } from '../../streams/attempts/attempts.ts';
import { standby } from '../../streams/nats/log/natsLog.ts';
import { SuggestionConsumer } from '../../streams/nats/serve/consumer.ts';

/** Rules of the system. The chaos test takes each away from its processes to check that the checker notices. */
export type Rule = 'fence' | 'claims' | 'restart' | 'supervision' | 'offers';

/** Changes or drops each publish of a connection. A process has no other way to send. */
function intercept(nc: NatsConnection, change: (subject: string, options?: PublishOptions) => string | undefined): void {
  const { publish } = nc;
  nc.publish = (subject, data, options) => {
    const changed = change(subject, options);
    if (changed !== undefined) publish.call(nc, changed, data, options);
  };
}

/** The server stores an append even if another process has appended since. A standby does not let the other engine go first, which would hide that. */
function withoutFence(nc: NatsConnection): void {
  standby.pause = 0;
  intercept(nc, (subject, options) => {
    options?.headers?.delete('Nats-Expected-Last-Subject-Sequence');
    return subject;
  });
}

/** Loses all acknowledgements, so that the server delivers each suggestion again and again. Nothing may depend on acknowledgements. */
export function withoutAcknowledgements(nc: NatsConnection): void {
  intercept(nc, (subject) => (subject.startsWith('$JS.ACK') ? undefined : subject));
}

/** The trainer sees each attempt as unclaimed, and gets no rejection when its claim came second. */
function withoutClaims(nc: NatsConnection): void {
  const blind = (subject: string) => subject.replace(/^(\$JS\.API\.DIRECT\.GET\..*\.by\.\*)\.\d+$/, '$1.0');
  intercept(nc, blind);
  const { request, subscribe } = nc;
  nc.request = (subject, ...rest) => request.call(nc, blind(subject), ...rest);
  nc.subscribe = (subject, options) => subscribe.call(nc, subject.includes('.rejected.') ? `${subject}.unheard` : subject, options);
}

/** Deadlines run on while the process is suspended: a deadline that has passed when it wakes counts, even if heartbeats are waiting. */
function withoutRestart(): void {
  const over = new WeakMap<Attempts, readonly number[]>();
  const { due, isDue } = Attempts.prototype;
  Attempts.prototype.restart = () => {};
  Attempts.prototype.due = function (now) {
    over.delete(this);
    const trials = due.call(this, now);
    over.set(this, trials);
    return trials;
  };
  Attempts.prototype.isDue = function (trial, now) {
    return over.get(this)?.includes(trial) ?? isDue.call(this, trial, now);
  };
}

/** The engine believes the consumer: an attempt that trainers do not get waits until they get it. */
function withoutOffers(): void {
  Attempts.prototype.passOver = () => {};
  const { ensure } = SuggestionConsumer.prototype;
  SuggestionConsumer.prototype.ensure = function (wanted, now) {
    return ensure.call(this, { ...wanted, count: 0 }, now);
  };
}

/** Switches a rule off in this process. An engine without supervision is begun by `engine.ts`. */
export function takeAway(rule: string | undefined, nc: NatsConnection): void {
  if (rule === 'fence') withoutFence(nc);
  if (rule === 'claims') withoutClaims(nc);
  if (rule === 'restart') withoutRestart();
  if (rule === 'offers') withoutOffers();
}
