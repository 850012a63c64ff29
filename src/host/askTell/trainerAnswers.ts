import { importanceIn } from '../../../streams/explanation/studyImportances.ts';
import { whyOf } from '../../../streams/explanation/whyOf.ts';
import { frontAmong } from '../../../streams/results/pareto.ts';
import { parseStrategy } from '../../../streams/spec/spec.ts';
import type { ClaimReply, Recorded } from '../../../streams/study/port/port.ts';
import { UserError } from '../../errors.ts';
import { type Enqueued, type FailureReason, LONGEST_TRACE, type Params, type ReportedFact, type Values } from '../../facts/facts.ts';
import { tooFewResults } from '../../insight/importance/axisImportances.ts';
import { StoppedTrials } from '../../insight/recommendation/earlyStopping.ts';
import { recommendation } from '../../insight/recommendation/recommendation.ts';
import type { Said } from '../../ledger/exampleFacts.ts';
import { endedIn } from '../../ledger/openTrials.ts';
import { omitUndefined } from '../../schema/omitUndefined.ts';
import { ledgerIn } from '../../stores/trialTable.ts';
import type { TrialId } from '../../strategy/messages.ts';
import { bestRowOf } from '../../study/bestFirst.ts';
import { RefusedError, unknownTrial } from '../../study/commands.ts';
import type { Intent } from '../../study/intents.ts';
import type { Annotation } from '../../study/trials.ts';
import type { NewLimits } from '../joiners.ts';
import type { Seat } from '../sharedStudy.ts';
import type { StudyTrainer } from '../trainerOf.ts';

/** How a trial ended: with values, which follow from its results if the study has examples, stopped by its last report, or failed. */
interface Ending {
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

type Report = Pick<ReportedFact, 'trial' | 'step' | 'values' | 'results' | 'metrics' | 'checkpoint'>;

interface LimitRequest extends NewLimits {
  readonly more?: number;
}

export type Answers = Readonly<Record<string, (request: never) => object | Promise<object>>>;

/** A request is not valid, or the study cannot continue. */
export class SessionError extends UserError {
  override readonly name = 'SessionError';
  readonly code = 'bad-request';
}

/** What answers are made from: a study of which this process is a trainer. */
export interface AnsweredTrainer extends Pick<StudyTrainer, 'submit' | 'limit' | 'seen'> {
  /** The study, as it was last seen. */
  readonly seat: Pick<Seat, 'study' | 'parallel'>;
  ask(options: { readonly fixed?: Params | undefined }): Promise<ClaimReply>;
  record(fact: Exclude<Said, { readonly type: 'started' }>): Promise<Recorded>;
}

/**
 * Answers the requests of the program that evaluates trials.
 *
 * @param warning the next warning for its user
 * @param hasExamples whether the values of a trial follow from the results that it has reported
 */
export function answersTo(trainer: AnsweredTrainer, warning: () => string | undefined, hasExamples: boolean): Answers {
  /** The trials that were handed out here and have not ended. */
  const handed = new Set<TrialId>();
  /** Those whose program knows that they should stop. */
  const told = new Set<TrialId>();
  /** What the study says, with all that this process has said. */
  const seen = async () => {
    await trainer.seen();
    const { study } = trainer.seat;
    const { space, settings } = study.ledger;
    return { space, study, settings, counts: omitUndefined({ ended: endedIn(study.ledger), limit: settings.limits.trials }) };
  };
  const submit = async (intent: Intent) => {
    await trainer.submit(intent);
    return { ok: true };
  };
  return {
    ask: async ({ fixed }: { readonly fixed?: Params }) => {
      const reply = await trainer.ask({ fixed });
      if (reply.next !== 'trial') return { over: true };
      const { trial, params, budget, examples, resumes, checkpoint } = reply;
      handed.add(trial);
      told.delete(trial);
      return { trial, params, budget, examples, resumes, checkpoint };
    },
    tell: async ({ trial, values, metrics, constraints, checkpoint, stopped, reason, message, trace }: Ending) => {
      const isEvaluated = hasExamples && reason === undefined && message === undefined;
      const isCompleted = values !== undefined || isEvaluated;
      if (stopped || (isCompleted && told.has(trial))) await trainer.record({ type: 'stopped', trial });
      else if (isCompleted) await trainer.record(omitUndefined({ type: 'completed', trial, values, metrics, constraints, checkpoint }));
      else
        await trainer.record({
          type: 'failed',
          trial,
          reason: reason ?? 'error',
          message: message ?? '',
          ...omitUndefined({ trace: trace?.slice(-LONGEST_TRACE), checkpoint }),
        });
      handed.delete(trial);
      told.delete(trial);
      return omitUndefined({ ok: true, warning: warning() });
    },
    report: async ({ trial, step, values, results, metrics, checkpoint }: Report) => {
      const { stop } = await trainer.record(omitUndefined({ type: 'reported', trial, step, values, results, metrics, checkpoint }));
      if (stop) told.add(trial);
      return { stop };
    },
    enqueue: ({ params, rest }: Pick<Enqueued, 'params' | 'rest'>) => submit(omitUndefined({ type: 'enqueue', params, rest })),
    annotate: ({ trial, note, labels, starred }: Annotation & { readonly trial?: TrialId }) =>
      submit(omitUndefined({ type: 'annotate', trial, note, labels, starred })),
    /** Which trials keep an ask waiting. */
    busy: async () => {
      const { study, counts } = await seen();
      const open = [...handed].filter((id) => study.rows.get(id)?.status === 'open');
      return { open, parallel: trainer.seat.parallel, configurations: study.ledger.configurations, limit: counts.limit };
    },
    cancel: ({ trial }: { readonly trial: TrialId }) => submit({ type: 'cancel', trial }),
    retract: ({ trial }: { readonly trial: TrialId }) => submit({ type: 'retract', trial }),
    limit: async ({ more, parallel, trials, start }: LimitRequest) => {
      if (more !== undefined) await submit({ type: 'change', more });
      await trainer.limit({ parallel, trials, start });
      return { ok: true, parallel: trainer.seat.parallel, ...(await seen()).counts };
    },
    trials: async () => ({ trials: [...(await seen()).study.rows] }),
    best: async () => {
      const { study, counts } = await seen();
      return { best: bestRowOf(study.ledger, study.rows) ?? null, ...counts };
    },
    front: async () => {
      const { study, settings, counts } = await seen();
      return { front: frontAmong(study.rows, settings.objectives), ...counts };
    },
    importance: async ({ objective }: { readonly objective?: string }) => {
      const { study, space } = await seen();
      const found = await importanceIn({ space, source: study, ledger: study.ledger, rows: study.rows, parseStrategy }, objective);
      if (found === undefined) throw new SessionError(tooFewResults(space.axes));
      return { importance: found };
    },
    recommend: async () => {
      const { space, study, settings } = await seen();
      const found = recommendation(space, settings.objectives[0]!, study.rows, study.ledger.closed);
      if (!found) return { recommendation: null };
      const stopped = new StoppedTrials();
      await ledgerIn(study, study.ledger.created!, (applied) => stopped.apply(applied));
      return { recommendation: omitUndefined({ ...found, early: stopped.among(study.rows, bestRowOf(study.ledger, study.rows), space) }) };
    },
    why: async ({ trial }: { readonly trial?: TrialId }) => {
      const { study } = await seen();
      const row = trial === undefined ? bestRowOf(study.ledger, study.rows) : study.rows.get(trial);
      if (!row && trial !== undefined) throw new RefusedError(unknownTrial(trial));
      if (!row) throw new SessionError('why: expected the number of a trial, since there is no best trial yet');
      const why = await whyOf({ source: study, ledger: study.ledger, rows: study.rows }, row.trial, parseStrategy);
      return { why: `${why!.text.join('\n')}\n` };
    },
  };
}
