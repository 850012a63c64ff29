import { type NatsConnection, nuid } from '@nats-io/nats-core';
import { Life } from '../../../machines/chart.ts';
import { trainerChart } from '../../../machines/trainers.ts';
import type { Instruction } from '../../../src/facts/facts.ts';
import { isRefusal, malformed, parseFact } from '../../../src/facts/parse.ts';
import { omitUndefined } from '../../../src/schema/omitUndefined.ts';
import type { Suggestion } from '../../engine/directive.ts';
import { withResolvers } from '../../promises.ts';
import { ClaimedRun, type Perform, type Warn } from '../../study/training/claimedRun.ts';
import { type Gate, openGate, pausableGate } from '../../study/training/gate.ts';
import type { Trainer } from '../../study/training/work.ts';
import { jsonOf, onStatus, publish } from '../connection/connection.ts';
import { joinStudy } from '../connection/outage.ts';
import { withRetry } from '../connection/retry.ts';
import { closingIn } from '../created.ts';
import {
  type DirectiveMessage,
  type InstructedMessage,
  type PausedMessage,
  type RejectedMessage,
  TRACE_HEADER,
} from '../protocol/messages.ts';
import { checkName, type NamingOptions, type Subjects, subjectsOf } from '../protocol/subjects.ts';
import { isDeleted } from '../studiesOn.ts';
import { connectionClosed } from '../studyError.ts';
import { leaseOf, limitOf, listenTo } from './delivered.ts';
import { deliveryTracker } from './deliveryTracker.ts';
import { factSender } from './factSender.ts';
import { type Heartbeats, presenceOn, timedHeartbeats } from './heartbeats.ts';
import { Outbox } from './outbox.ts';
import { puller } from './puller.ts';
import { openSlot, type Taken } from './slot.ts';

export interface RunTrainerOptions<P = never> extends NamingOptions {
  /** Name of the trainer, which is part of the subjects of its facts. Default: a random one. */
  readonly name?: string;
  /** Trials at a time. Default 1. */
  readonly slots?: number;
  /** Called with a line for people. Default: `console.warn` for `trainer`. */
  readonly warn?: Warn;
  /** Called when the study has closed, with the reason. */
  readonly closed?: (reason: string) => void;
  /** Called with each instruction that it begins to follow. */
  readonly instructed?: (to: Instruction) => void;
  /** Called when a person has drained it and none of its trials runs any more. */
  readonly drained?: () => void;
  /** Whether it stays when it is drained, to take trials again when a person lets it. Default: it ends. */
  readonly stays?: boolean;
  /** It takes no trial before this resolves. */
  readonly ready?: () => Promise<unknown>;
  readonly heartbeats?: (subjects: Subjects, name: string) => Heartbeats;
  /** Says when it may take a trial. Default: whenever a slot is free. */
  readonly gate?: Gate;
  /** Whether it takes a suggestion, or returns it for other trainers. Default: it takes those that are for all. */
  readonly accepts?: (suggestion: Suggestion<P>) => boolean;
  /** Seconds between two saves of the checkpoint of a running trial. Default: it is saved at its end. */
  readonly saveEvery?: number;
  /** What it has for trials, such as GPUs, as information for people. */
  readonly offers?: Readonly<Record<string, number>>;
}

/** Milliseconds to wait for an answer before asking again. */
const ANSWER_MS = 2000;
/** Milliseconds after which an ending trainer reports what it still waits for, and between checks that it can still be stored. */
const REPORT_AFTER = 2000;
/** Milliseconds in which an engine can refuse a claim that may have come second. */
const OBJECTION = 1000;

/** Whether a suggestion is not for one ask. */
export const isForAll = <P>({ for: ask }: Suggestion<P>): boolean => ask === undefined;

/** Claims suggestions, one for each free slot, and evaluates them. */
export function runTrainer<P>(nc: NatsConnection, study: string, perform: Perform<P>, options: RunTrainerOptions<P> = {}): Trainer {
  const subjects = subjectsOf(study, options);
  const name = checkName('name', options.name ?? `t${nuid.next().slice(-12).toLowerCase()}`);
  const { slots = 1, warn = () => {}, stays = false, accepts = isForAll } = options;
  const heartbeats = options.heartbeats?.(subjects, name) ?? timedHeartbeats(nc, subjects, name);
  /** Runs of which not all is stored. */
  const held = new Map<string, ClaimedRun<P>>();
  const pulls = puller(nc, subjects, (isThere) =>
    warn(
      isThere
        ? `the study ${study} is on the server again`
        : `the study ${study} is not on the server: its stream ${subjects.stream} was deleted, its engine has never run, or most servers of its cluster are away; waiting for it`,
    ),
  );
  const deliveries = deliveryTracker();
  const facts = factSender(nc, { study, name, timeout: ANSWER_MS }, deliveries, warn, (isFull) => presence.refused(isFull));
  /** Closed while the study is paused, and, around it, while this trainer is. */
  const gateOfStudy = pausableGate(options.gate ?? openGate);
  const gate = pausableGate(gateOfStudy);
  const presence = presenceOn(nc, subjects.beat(name, 0), omitUndefined({ slots, offers: options.offers }));
  const life = new Life(trainerChart);
  let hasSaid = false;
  let waiting: ReturnType<typeof setInterval> | undefined;
  const { promise, resolve: finish, reject } = withResolvers<void>();
  const drained = () => options.drained?.();
  /** Whether no suggestion may arrive any more that it would have to return. */
  let isAway = false;
  const leave = (tell = () => {}) => {
    if (!isAway) return;
    tell();
    finish();
  };
  /** What follows in each phase when it holds no run, and when something fails. */
  const phases = {
    working: { whenFree: () => {}, fail: reject },
    paused: { whenFree: () => {}, fail: reject },
    resting: { whenFree: drained, fail: reject },
    draining: { whenFree: () => leave(drained), fail: reject },
    finishing: { whenFree: () => leave(), fail: reject },
    leaving: { whenFree: () => leave(), fail: (error: unknown) => (nc.isClosed() ? finish() : reject(error)) },
  };
  const settle = () => {
    if (held.size === 0) life.of(phases)?.whenFree();
  };
  const fail = (error?: unknown) => life.of(phases)?.fail(nc.isClosed() ? connectionClosed(study) : error);
  const done = promise.finally(() => release());
  done.catch(() => {});

  const end = () => {
    const go = () => {
      isAway = true;
      settle();
    };
    const within = pulls.end();
    if (within > 0) setTimeout(go, within);
    else go();
  };
  const close = (reason: string) => {
    if (!life.send('closed')) return;
    options.closed?.(reason);
    end();
  };
  const release = () => {
    life.send('ended');
    clearInterval(waiting);
    presence.end();
    pulls.end();
    for (const one of [...held.values()]) one.abandon();
    pulls.close();
    heartbeats.close();
    facts.close();
    for (const stop of listening) stop();
  };
  const onDirective = (message: DirectiveMessage) => {
    if (message.type === 'stop') for (const one of held.values()) if (one.suggestion.trial === message.trial) one.stop(message);
    if (message.type === 'closed') close(message.reason);
    if (message.type === 'paused' || message.type === 'resumed') onPause(message);
    if (message.type === 'instructed' && message.trainer === name) onInstruction(message);
  };
  /** The engine repeats it. */
  const onPause = ({ type, why }: PausedMessage) => {
    const because = why ? ', as none of its first trials has a result' : '';
    const now = type === 'paused' ? `is paused${because}: no trial begins until "hypertide resume"` : 'continues';
    if (gateOfStudy.pause(type === 'paused')) warn(`${study}: the study ${now}`);
  };
  /** A person or the engine repeats an instruction until it is followed. */
  const onInstruction = (message: InstructedMessage) => {
    const { to } = message;
    if (!life.send(to === 'drain' && stays ? 'rest' : to)) return;
    warn(`${study}: ${name} ${nowThat(message, stays)}`);
    gate.pause(to !== 'work');
    options.instructed?.(to);
    if (to === 'drain' && !stays) end();
    else settle();
  };
  /** The results of ended trials are kept until the server has them, however long it is down. Nothing can store them once the study is deleted. */
  const waitFor = async () => {
    const kept = [...held.values()].filter(({ isOver }) => isOver).map(({ suggestion }) => suggestion.trial);
    const what = kept.length === 1 ? `the result of trial ${kept[0]}` : `the results of trials ${kept.join(', ')}`;
    if (kept.length > 0 && !hasSaid) warn(`${study}: ${name} ends when the server has stored ${what}`);
    hasSaid ||= kept.length > 0;
    if (!(await isDeleted(nc, subjects)) || life.isOver) return;
    warn(`${study}: the study was deleted, so ${name} ends without storing the results of its trials`);
    finish();
  };
  /** Abandons a run that claimed too late, or whose trial is over. Other rejections are printed, and a malformed result is a failure. */
  const onRejected = (rejected: RejectedMessage) => {
    const { type, trial, run, code, message } = rejected;
    const one = run === undefined ? undefined : held.get(run);
    if (one && (type === 'started' || code === 'ended')) return one.abandon();
    warn(message, omitUndefined({ trial, run }));
    const failed = malformed(rejected, rejected);
    if (failed) facts.on(subjects.by(name, failed.trial))(failed, (stored) => typeof stored !== 'number' && fail(stored));
  };
  const listening = [
    joinStudy(nc, study),
    listenTo(nc, subjects.directive('*'), onDirective),
    listenTo(nc, subjects.rejected(name), onRejected),
    onStatus(nc, ({ type }) => {
      if (type === 'disconnect') deliveries.lost();
      if (type === 'close') fail();
    }),
  ];

  const ask = (subject: string) =>
    withRetry(nc, () => nc.request(`${subjects.apiPrefix}.DIRECT.GET.${subjects.stream}.${subject}`, '', { timeout: ANSWER_MS }));
  /** The last fact about the study: it may have been paused or closed before this trainer began. */
  const before = async () => parseFact(jsonOf(await ask(subjects.study)));

  const claim = ({ suggestion, message, run, isUnclear, ended, stored }: Taken<P>) => {
    const { trial } = suggestion;
    const one = new ClaimedRun<P>(suggestion, run, {
      trainer: name,
      saveEvery: options.saveEvery,
      outgoing: (of, stored) => new Outbox(of, { store: facts.on(subjects.by(name, trial)), limit: limitOf(message), warn, fail }, stored),
      traceparent: message.headers?.get(TRACE_HEADER) || undefined,
      warn,
      ended,
      stored: () => {
        heartbeats.end(trial, run);
        held.delete(run);
        stored();
        settle();
      },
    });
    held.set(run, one);
    one.claim(() => {
      publish(nc, message.reply!, '+ACK');
      heartbeats.begin(trial, run, (leaseOf(message) * 1000) / 3);
      const begin = () => one.perform(perform);
      if (isUnclear) return void setTimeout(begin, OBJECTION); // a claim that came second is rejected, and never begins
      if (!options.heartbeats) return begin();
      nc.flush().then(begin, begin); // an objective that blocks would delay these messages
    });
  };

  const begin = async () => {
    await options.ready?.();
    if (pulls.isOver) return;
    presence.announce();
    const last = await before();
    const reason = closingIn(last);
    if (pulls.isOver) return;
    if (!isRefusal(last) && last.type === 'changed' && last.paused) onPause({ ...last, type: 'paused' });
    if (reason !== undefined) return close(reason);
    const lastOf = ({ trial }: Suggestion<P>) => ask(subjects.by('*', trial));
    for (let i = 0; i < slots; i++) openSlot({ nc, name, pulls, deliveries, gate, accepts, lastOf, perform: claim, fail });
  };
  begin().catch(fail);
  return {
    name,
    done,
    close: () => {
      if (life.send('left')) waiting = setInterval(waitFor, REPORT_AFTER);
      end();
      for (const one of [...held.values()]) one.preempt();
      return done;
    },
  };
}

/** What a person reads when a trainer follows an instruction. */
function nowThat({ to, reason }: InstructedMessage, stays: boolean): string {
  const why = reason === undefined ? '' : `: ${reason}`;
  if (to === 'work') return `takes trials again${why}`;
  if (to === 'pause') return `is paused, and takes no trials until "hypertide worker resume"${why}`;
  if (stays) return `takes no more trials until "hypertide worker resume"${why}`;
  return `takes no more trials, and ends when its running ones have ended${why}`;
}
