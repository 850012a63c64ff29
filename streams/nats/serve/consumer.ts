import { AckPolicy, type ConsumerInfo, DeliverPolicy, type JetStreamManager } from '@nats-io/jetstream';
import { nanos } from '@nats-io/nats-core';
import { isCode } from '../connection/retry.ts';
import { type Subjects, TRAINERS } from '../protocol/subjects.ts';

const NOT_FOUND = 10014;
const EXISTS = 10148;

/** The number of claimed suggestions that may be delivered again: trainers skip them one by one. */
const REDELIVERED = 100;

/** The suggestions that no trainer has claimed yet. */
export interface UnclaimedRange {
  readonly count: number;
  /** The position of the first one. */
  readonly from: number;
}

/** What a consumer does. `passed`: it is passing over the unclaimed suggestions up to this position. */
export type Delivering = { readonly isNew: true } | { readonly isNew: false; readonly passed: number };

/**
 * The consumer that delivers suggestions to trainers. It is created if it does not exist, and replaced in two cases only, because the new one delivers
 * again what trainers may be about to claim:
 *
 * - It is about to deliver many claimed suggestions. A server that is killed while it stores the position of a consumer loses it, and delivers everything again.
 * - For three leases it has delivered nothing, although trainers ask and there are unclaimed suggestions: a trainer that may acknowledge a suggestion can also
 *   tell it to wait for years.
 */
export class SuggestionConsumer {
  readonly #jsm: JetStreamManager;
  readonly #subjects: Subjects;
  readonly #lease: number;
  /** Its last delivery, as far as this process has seen, and since when it is the last. */
  #last: { readonly created: string; readonly delivery: number; readonly since: number } | undefined;

  /** @param lease milliseconds after which a suggestion that was delivered but not claimed is delivered again. */
  constructor(jsm: JetStreamManager, subjects: Subjects, lease: number) {
    this.#jsm = jsm;
    this.#subjects = subjects;
    this.#lease = lease;
  }

  /** Ensures that suggestions are delivered. @param now milliseconds of a clock that never goes back */
  async ensure(wanted: UnclaimedRange, now: number): Promise<Delivering> {
    const { stream } = this.#subjects;
    try {
      const info = await this.#jsm.consumers.info(stream, TRAINERS);
      const isKnown = this.#last?.created === info.created;
      this.#note(info, now);
      const isDeaf = wanted.count > 0 && info.num_waiting > 0 && this.#silence(info, now) > 3 * this.#lease;
      if (!isDeaf && !isBehind(info, wanted)) return isKnown ? { isNew: false, passed: passedBy(info) } : { isNew: true };
      await this.#jsm.consumers.delete(stream, TRAINERS);
    } catch (error) {
      if (!isCode(error, NOT_FOUND)) throw error;
    }
    await this.#create(wanted.from, now);
    return { isNew: true };
  }

  #note({ created, delivered }: ConsumerInfo, now: number): void {
    const delivery = delivered.consumer_seq;
    if (this.#last?.created !== created || this.#last.delivery !== delivery) this.#last = { created, delivery, since: now };
  }

  /** Milliseconds since the last delivery, by the clock of this process or that of the server, which knows the time only if it has not restarted since. */
  #silence({ ts, delivered }: ConsumerInfo, now: number): number {
    const known = Date.parse(String(ts)) - Date.parse(String(delivered.last_active));
    return Math.max(now - this.#last!.since, known || 0);
  }

  async #create(from: number, now: number): Promise<void> {
    const { stream, suggested } = this.#subjects;
    const adding = this.#jsm.consumers.add(stream, {
      durable_name: TRAINERS,
      filter_subject: suggested,
      deliver_policy: DeliverPolicy.StartSequence,
      opt_start_seq: from,
      ack_policy: AckPolicy.Explicit,
      ack_wait: nanos(this.#lease), // a trainer acknowledges when its claim is stored, not when it is done
      max_deliver: -1,
      max_ack_pending: 65_536,
      max_waiting: 65_536,
    });
    try {
      this.#note(await adding, now);
    } catch (error) {
      if (!isCode(error, EXISTS)) throw error; // another engine created it first
    }
  }
}

const isBehind = ({ num_pending, delivered }: ConsumerInfo, { count, from }: UnclaimedRange): boolean =>
  num_pending > count + REDELIVERED && delivered.stream_seq < from - 1;

/** If trainers ask, everything that was delivered would be delivered again soon; if all is acknowledged, it never is. */
function passedBy({ num_waiting, num_pending, num_ack_pending, delivered }: ConsumerInfo): number {
  const isDone = num_pending === 0 && num_ack_pending === 0;
  if (num_waiting === 0 && !isDone) return 0;
  return num_pending === 0 ? Number.POSITIVE_INFINITY : delivered.stream_seq;
}

/** How many pulls of trainers wait for a suggestion beyond those that the server is about to deliver. */
export async function waitingPulls(jsm: JetStreamManager, { stream }: Subjects): Promise<number> {
  const { num_waiting, num_pending } = await jsm.consumers.info(stream, TRAINERS);
  return Math.max(0, num_waiting - num_pending);
}
