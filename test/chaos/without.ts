import type { NatsConnection, PublishOptions } from '@nats-io/nats-core';
import { Leases } from '../../streams/engine/leases.ts';

/** The rules that hold the system together, each of which can be taken away from a process of the chaos test, to see that its checker sees it. */
export type Rule = 'fence' | 'claims' | 'restart';

/** Has each publish of a connection changed on its way, or lost: that is all a process says. */
function intercept(nc: NatsConnection, change: (subject: string, options?: PublishOptions) => string | undefined): void {
  const { publish } = nc;
  nc.publish = (subject, data, options) => {
    const changed = change(subject, options);
    if (changed !== undefined) publish.call(nc, changed, data, options);
  };
}

/** Appends are stored whatever others have appended. */
function withoutFence(nc: NatsConnection): void {
  intercept(nc, (subject, options) => {
    options?.headers?.delete('Nats-Expected-Last-Subject-Sequence');
    return subject;
  });
}

/** All acknowledgements are lost, so that each suggestion is handed out again and again. Nothing may depend on them. */
export function withoutAcknowledgements(nc: NatsConnection): void {
  intercept(nc, (subject) => (subject.startsWith('$JS.ACK') ? undefined : subject));
}

/** A trainer finds each attempt unclaimed, and does not hear that its claim came second. */
function withoutClaims(nc: NatsConnection): void {
  const blind = (subject: string) => subject.replace(/^(\$JS\.API\.DIRECT\.GET\..*\.by\.\*)\.\d+$/, '$1.0');
  intercept(nc, blind);
  const { request, subscribe } = nc;
  nc.request = (subject, ...rest) => request.call(nc, blind(subject), ...rest);
  nc.subscribe = (subject, options) => subscribe.call(nc, subject.includes('.rejected.') ? `${subject}.unheard` : subject, options);
}

/** Deadlines that go on while nobody listens: what is over when a process wakes counts as over, whatever it hears then. */
function withoutRestart(): void {
  const deadlines = new WeakMap<Leases, Map<number, number>>();
  const over = new WeakMap<Leases, Set<number>>();
  const of = <T>(table: WeakMap<Leases, T>, leases: Leases, make: () => T): T => {
    if (!table.has(leases)) table.set(leases, make());
    return table.get(leases)!;
  };
  const { extend, end } = Leases.prototype;
  Leases.prototype.extend = function (trial, now, leases = 1) {
    of(deadlines, this, () => new Map()).set(trial, now + leases * this.interval * 20);
    extend.call(this, trial, now, leases);
  };
  Leases.prototype.end = function (trial) {
    of(deadlines, this, () => new Map()).delete(trial);
    of(over, this, () => new Set()).delete(trial);
    end.call(this, trial);
  };
  Leases.prototype.due = function (now) {
    const due = [...of(deadlines, this, () => new Map<number, number>())].flatMap(([trial, at]) => (at <= now ? [trial] : []));
    for (const trial of due) of(over, this, () => new Set()).add(trial);
    return due;
  };
  Leases.prototype.isDue = function (trial) {
    return of(over, this, () => new Set()).has(trial);
  };
}

/** Takes a rule away from this process. */
export function takeAway(rule: string | undefined, nc: NatsConnection): void {
  if (rule === 'fence') withoutFence(nc);
  if (rule === 'claims') withoutClaims(nc);
  if (rule === 'restart') withoutRestart();
}
