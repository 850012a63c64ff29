import { importanceIn } from '../../../streams/explanation/importance.ts';
import { frontAmong } from '../../../streams/results/pareto.ts';
import { parseStrategy } from '../../../streams/spec/spec.ts';
import type { WhenGone } from '../../../streams/study/hosted/claimedTrial.ts';
import { type Enqueued, type FailureReason, LONGEST_TRACE, type Params, type TrialEvent, type Values } from '../../facts/facts.ts';
import { tooFewResults } from '../../insight/importance/importance.ts';
import { recommendation } from '../../insight/recommendation/recommendation.ts';
import { omitUndefined } from '../../schema/omitUndefined.ts';
import type { TrialId } from '../../strategy/messages.ts';
import { bestRowOf } from '../../study/bestFirst.ts';
import type { Intent } from '../../study/intents.ts';
import type { Annotation } from '../../study/trials.ts';
import { claimOf, isOf } from '../claimant.ts';
import type { Driven } from './protocol.ts';
import type { NewLimits, RunningStudy } from './runningStudy.ts';
import { SessionError } from './session.ts';

/** What each request may have. */
interface Named {
  /** Its name, by which a repeated one is recognised: another process may have taken the study over before it was answered. */
  readonly request?: string | undefined;
}

/** How a trial ended: with values, stopped by its last report, or failed. */
interface Ending extends Named {
  readonly trial: TrialId;
  readonly values?: Values;
  readonly metrics?: Values;
  readonly constraints?: readonly number[];
  readonly checkpoint?: string;
  readonly stopped?: boolean;
  readonly reason?: FailureReason;
  readonly message?: string;
  readonly trace?: string;
}

interface Report extends Named {
  readonly trial: TrialId;
  readonly step: number;
  readonly values: Values;
  readonly metrics?: Values;
}

interface LimitRequest extends NewLimits, Named {
  readonly more?: number;
}

interface Training {
  readonly running: RunningStudy;
  /** The claimant. Without one, all trainers are in this process. */
  readonly claimant?: string;
  /** Of a trainer in another process: how many trials it evaluates at once. */
  readonly joined?: { parallel: number };
  readonly whenGone?: WhenGone;
}

/** The requests, in the order in which a message names them. */
export const commands = [
  'ask',
  'tell',
  'report',
  'enqueue',
  'annotate',
  'busy',
  'cancel',
  'retract',
  'limit',
  'trials',
  'best',
  'front',
  'importance',
  'recommend',
] as const;
type Command = (typeof commands)[number];
type Answer = Driven['answers'][string];

/** Answers the requests of one trainer, in this process or in one that has joined it. */
export function answersTo({ running, claimant, joined, whenGone }: Training): Readonly<Record<Command, Answer>> {
  /** The trials that were handed out here and have not ended. */
  const handed = new Set<TrialId>();
  /** Those whose trainer knows that they should stop. */
  const told = new Set<TrialId>();
  const ledger = () => running.hosted.ledger;
  const rows = () => running.hosted.answers.rows;
  const name = (request: string | undefined) => (claimant === undefined || request === undefined ? undefined : claimOf(claimant, request));
  /** The claim on a trial; of a trial that another process has, one that does not hold it. */
  const run = (trial: TrialId): string | undefined => {
    const held = ledger().open.get(trial)?.run;
    return claimant === undefined || isOf(claimant, held) ? held : claimOf(claimant, 'none');
  };
  const say = (fact: TrialEvent, request: string | undefined) => {
    const held = run(fact.trial);
    return running.hosted.say(held === undefined ? fact : { ...fact, run: held }, { request: name(request) });
  };
  const submit = async (intent: Intent, { request }: Named) => {
    await running.submit(intent, { request: name(request) });
    return { ok: true };
  };
  const parallel = () => joined?.parallel ?? running.settings.parallel;
  return {
    ask: async ({ fixed, request }: Named & { readonly fixed?: Params }) => {
      if (running.broken) throw running.broken;
      const claim = name(request) ?? (fixed && crypto.randomUUID());
      const reply = await running.hosted.ask({ fixed, run: claim, wait: Number.POSITIVE_INFINITY, whenGone });
      if (reply.next !== 'trial') return { over: true };
      const { trial, params, budget, resumes, checkpoint } = reply;
      handed.add(trial);
      told.delete(trial);
      return { trial, params, budget, resumes, checkpoint };
    },
    tell: async ({ trial, values, metrics, constraints, checkpoint, stopped, reason = 'error', message = '', trace, request }: Ending) => {
      if (stopped || (values && told.has(trial))) await say({ type: 'stopped', trial }, request);
      else if (values) await say({ type: 'completed', trial, values, ...omitUndefined({ metrics, constraints, checkpoint }) }, request);
      else
        await say(
          { type: 'failed', trial, reason, message, ...omitUndefined({ trace: trace?.slice(-LONGEST_TRACE), checkpoint }) },
          request,
        );
      handed.delete(trial);
      told.delete(trial);
      return omitUndefined({ ok: true, warning: running.warning() });
    },
    report: async ({ trial, step, values, metrics, request }: Report) => {
      const { stop } = await say(omitUndefined({ type: 'reported', trial, step, values, metrics }), request);
      if (stop) told.add(trial);
      return { stop };
    },
    enqueue: ({ params, rest, ...named }: Named & Pick<Enqueued, 'params' | 'rest'>) =>
      submit(omitUndefined({ type: 'enqueue', params, rest }), named),
    annotate: ({ trial, note, labels, starred, ...named }: Named & Annotation & { readonly trial?: TrialId }) =>
      submit(omitUndefined({ type: 'annotate', trial, note, labels, starred }), named),
    /** Which trials keep an ask waiting. */
    busy: () => ({ open: [...handed].filter((id) => rows().get(id)?.status === 'open'), parallel: parallel() }),
    cancel: ({ trial, ...named }: Named & { readonly trial: TrialId }) => submit({ type: 'cancel', trial }, named),
    retract: ({ trial, ...named }: Named & { readonly trial: TrialId }) => submit({ type: 'retract', trial }, named),
    limit: async ({ more, request, parallel: slots, ...limits }: LimitRequest) => {
      if (more !== undefined) await submit({ type: 'change', more }, { request });
      await running.limit(joined ? limits : { ...limits, parallel: slots });
      if (joined && slots !== undefined) {
        await running.join(slots - joined.parallel);
        joined.parallel = slots;
      }
      return { ok: true, ...omitUndefined({ trials: running.settings.limits.trials, parallel: parallel() }) };
    },
    trials: () => ({ trials: [...rows()] }),
    best: () => ({ best: bestRowOf(ledger(), rows()) ?? null, ended: running.ended }),
    front: () => ({ front: frontAmong(rows(), running.settings.objectives), ended: running.ended }),
    importance: async ({ objective }: { readonly objective?: string }) => {
      const study = { space: running.space, source: running.hosted, ledger: ledger(), rows: rows(), parseStrategy };
      const found = await importanceIn(study, objective);
      if (found === undefined) throw new SessionError(tooFewResults(running.space.axes));
      return { importance: found };
    },
    recommend: () => ({ recommendation: recommendation(running.space, running.settings.objectives[0]!, rows()) ?? null }),
  };
}
