import type { Msg } from '@nats-io/nats-core';
import type { Changed, Instructed } from '../../../src/facts/facts.ts';
import type { Identity } from '../../../src/facts/parse.ts';
import type { Refusal } from '../../../src/facts/refusal.ts';
import type { StopDirective } from '../../engine/directive.ts';

/** Seconds without a heartbeat after which a run counts as lost, unless the engine sets another lease. */
export const LEASE = 30;
/** Header of a suggestion: the lease that its run will have, in seconds. */
export const LEASE_HEADER = 'Hypertide-Lease';

/** Header of a suggestion: the longest fact of its trial that counts, in bytes. Without it, 16 KiB. */
export const LIMIT_HEADER = 'Hypertide-Limit';

/** Header of a suggestion: the priority of the study, if it is not 1. */
export const PRIORITY_HEADER = 'Hypertide-Priority';

/** Header of a suggestion: the trace of its trial, as W3C Trace Context writes it. */
export const TRACE_HEADER = 'traceparent';

/** Header of a restored entry: when it was first written, in nanoseconds since 1970. It counts in the restored part of a stream only. */
export const TIME_HEADER = 'Hypertide-Time';
/** Metadata of a stream: how many of its first entries were restored from another log. */
export const RESTORED = 'hypertide-restored';

/** On `directive.all`: the study is over. */
export interface ClosedMessage {
  readonly type: 'closed';
  readonly reason: string;
}
/** On `directive.all`: a trainer should take trials, take none, or take none and end. */
export interface InstructedMessage extends Pick<Instructed, 'type' | 'trainer' | 'to' | 'reason'> {}
/** On `directive.all`: no trial begins, as claims do not count, or trials begin again. */
export interface PausedMessage {
  readonly type: 'paused' | 'resumed';
  /** Why, if no person has paused the study. */
  readonly why?: Changed['why'];
}
/** A stop comes on `directive.<trial>`. */
export type DirectiveMessage = StopDirective | ClosedMessage | InstructedMessage | PausedMessage;

/** On `rejected.<trainer>`: a fact does not count. Only a hint, which may get lost. */
export interface RejectedMessage extends Refusal, Identity {
  readonly position: number;
}

/**
 * On `beat.<trainer>.<trial>`: the heartbeat of a run. If it has a reply subject, the leading engine answers whether the trial should stop, or any
 * engine that there is room to `save` so many bytes.
 */
export interface Beat {
  readonly run: string;
  /** The answer comes when the study has decided on the entry at this position. */
  readonly after?: number;
  readonly save?: number;
}

/** On `beat.<trainer>.0`: a trainer is running, whether it holds a trial or not, or has ended. */
export interface PresenceMessage {
  readonly slots: number;
  readonly offers?: Readonly<Record<string, number>>;
  /** The server has no room for its facts. */
  readonly full?: true;
  readonly ended?: true;
}

/** Milliseconds between two of these messages, and after which a trainer counts as gone. */
export const PRESENCE = 5000;
export const ABSENT = 3.5 * PRESENCE;

/**
 * Whether a message was read from a stream. Another user can make the server send a stored message to any subject of the same account, so such a
 * message is not accepted as a directive or a rejection.
 */
export const isRelayed = ({ headers }: Pick<Msg, 'headers'>): boolean => headers?.has('Nats-Stream') ?? false;
