import type { AppliedEntry } from '../../../src/ledger/appliedEntry.ts';
import { MOST_PROPOSALS } from '../../../src/ledger/proposers.ts';
import type { AtMost } from '../../../src/study/atMost.ts';
import { refuseProposer, type Submitted } from '../../../src/study/commands.ts';
import type { Intent } from '../../../src/study/intents.ts';
import type { SubmitOrigin } from '../../../src/study/source.ts';
import { type StudyStatus, studyStatusOf } from '../../../src/study/status.ts';
import { TrialRows } from '../../../src/study/trials.ts';
import type { EngineRun } from '../../engine/runEngine.ts';
import { type Submitter, submit, submitter } from '../../engine/submit.ts';
import type { AuthoredLog } from '../../log/log.ts';
import type { Turn } from './turns.ts';

/** What a study that an engine of this process runs says, and what it is told. */
export interface Answers<P> {
  /** The trials so far. */
  readonly rows: TrialRows<P>;
  /** The study must have begun. */
  status(): StudyStatus;
  /** @throws RefusedError; OptionError and what a strategy throws that does not suit the study. */
  submit(intent: Intent, origin?: SubmitOrigin): Promise<Submitted>;
  /** Appends a fact, and waits until the study has applied it. @throws RefusedError */
  readonly append: Submitter['append'];
  readonly isOwn: Submitter['isOwn'];
  /**
   * Whether it is the turn of an external proposer.
   *
   * @param ahead how many proposals it makes in advance. Default: 1.
   * @throws RefusedError if the strategy has no such proposer.
   */
  turnOf(proposer: string, ahead?: number): Turn;
  /** Takes every entry that the study applies. */
  apply(entry: AppliedEntry<P>): void;
  /** The study will apply nothing more: waiting commands fail. */
  end(error: unknown): void;
}

/** @param atMost what requests may ask for. Default: anything. */
export function answersOf<P>(log: AuthoredLog, run: EngineRun<P>, atMost?: AtMost): Answers<P> {
  const rows = new TrialRows<P>();
  const { append, isOwn, apply, end } = submitter(log);
  const turnOf: Answers<P>['turnOf'] = (proposer, ahead = 1) => {
    const { ledger } = run.engine;
    refuseProposer(proposer, ledger);
    const { proposals, isAbsent } = ledger.inbox(proposer);
    const waiting = proposals.length;
    if (ledger.closed !== undefined) return { next: 'over', waiting, reason: ledger.closed };
    // A proposal that waits while the proposer is awaited or absent was rejected. An absent proposer is not waited for: its next proposal makes it
    // present again.
    const isDue = waiting < MOST_PROPOSALS && (run.isAwaited(proposer) || waiting < ahead || isAbsent);
    return { next: isDue && !ledger.settings.paused ? 'propose' : 'wait', waiting };
  };
  return {
    rows,
    status: () => studyStatusOf(run.engine.ledger, run.engine.phase, rows),
    append,
    isOwn,
    turnOf,
    submit: (intent, origin) =>
      submit(intent, { ledger: run.engine.ledger, parseStrategy: run.parseStrategy }, append, { ...origin, atMost }),
    apply: (entry) => {
      rows.apply(entry);
      apply(entry);
    },
    end,
  };
}
