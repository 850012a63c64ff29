import { MismatchError } from '../../../src/errors.ts';
import type { Entry } from '../../../src/facts/entry.ts';
import type { Created } from '../../../src/facts/facts.ts';
import { validate } from '../../../src/facts/validate.ts';
import type { AppliedEntry } from '../../../src/ledger/appliedEntry.ts';
import { MOST_PROPOSALS } from '../../../src/ledger/proposers.ts';
import { omitUndefined } from '../../../src/schema/omitUndefined.ts';
import { parseSpace } from '../../../src/space/space.ts';
import type { AtMost } from '../../../src/study/atMost.ts';
import { bestRowOf } from '../../../src/study/bestFirst.ts';
import { parseIntent, RefusedError, refuseProposer, type Submitted } from '../../../src/study/commands.ts';
import { type Intent, isIntent } from '../../../src/study/intents.ts';
import { type RequestMethod, requestKinds, requestMethods } from '../../../src/study/requests.ts';
import type { SubmitOrigin } from '../../../src/study/source.ts';
import { type Present, trainerRows } from '../../../src/study/trainerRows.ts';
import { type TrialRow, TrialRows, type TrialStatus } from '../../../src/study/trials.ts';
import { spaceOf } from '../../engine/applyEntries.ts';
import type { EngineRun } from '../../engine/run.ts';
import { type Submitter, submit, submitter } from '../../engine/submit.ts';
import { inTurn } from '../../engine/timeout.ts';
import type { AuthoredLog } from '../../log/log.ts';
import { past } from '../../log/past.ts';
import { frontAmong } from '../../results/pareto.ts';
import { createdOf, differences, type StudyOptions } from '../../spec/options.ts';
import { type StudyStatus, studyStatusOf } from './status.ts';
import type { Turn } from './turns.ts';

/** Answers requests to a study that an engine of this process runs. */
export interface Answers<P> {
  /** The trials so far. */
  readonly rows: TrialRows<P>;
  /** The study must have begun. */
  status(): StudyStatus;
  /** Answers a request once the log has been read. @throws RefusedError; what a command throws. */
  answer(method: string, request: Readonly<Record<string, unknown>>): Promise<unknown>;
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

export interface PageRequest {
  /** Rows of later trials only. Default: 0. */
  readonly after?: number;
  /** Rows with this status only. */
  readonly status?: TrialStatus;
  /** How many rows at most. Default: as many as there is room for. */
  readonly limit?: number;
}

/** Characters of rows or entries in one answer: a NATS server takes a megabyte, and a character may be four bytes. */
export const ROOM = 200_000;

type Queries = Readonly<Record<Exclude<RequestMethod, Intent['type']>, (request: Readonly<Record<string, unknown>>) => unknown>>;

interface AnswersOptions {
  /** The trainers that are connected, if that can be known. */
  readonly present?: (() => Present) | undefined;
  /** What requests may ask for. Default: anything. */
  readonly atMost?: AtMost | undefined;
}

/** Answers the requests of `requestKinds`, over any transport. */
export function answersOf<P>(log: AuthoredLog, run: EngineRun<P>, { present, atMost }: AnswersOptions = {}): Answers<P> {
  const rows = new TrialRows<P>();
  const { append, isOwn, apply, end } = submitter(log);
  const status = (): StudyStatus => studyStatusOf(run.engine.ledger, run.engine.phase, rows);
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
  const queries: Queries = {
    status,
    best: () => bestRowOf(run.engine.ledger, rows) ?? null,
    front: () => frontAmong(rows, run.engine.ledger.settings.objectives),
    match: (request) => refuseOther(run.engine.ledger.created!, request),
    trials: (request) => trialPage(rows, request).items,
    turn: ({ proposer, ahead }) => turnOf(String(proposer), ahead === undefined ? undefined : Number(ahead)),
    log: ({ after = 0 }) => entryPage(past(log, Number(after) + 1)),
    trainers: () => trainerRows(run.engine.ledger, present?.()),
    create: () => {
      throw new RefusedError({ code: 'study-exists', message: `there is a study ${run.engine.ledger.settings.study} already` });
    },
  };
  const submitted: Answers<P>['submit'] = (intent, origin) =>
    submit(intent, { ledger: run.engine.ledger, parseStrategy: run.parseStrategy }, append, { ...origin, atMost });
  const [turn, turnOfLog] = [inTurn(), inTurn()]; // a log can take long to answer
  return {
    rows,
    status,
    answer: async (method, request) => {
      const known = requestMethods.find((name) => name === method);
      if (!known)
        throw new RefusedError({ code: 'unknown-command', message: `there is no ${method}; there are ${requestMethods.join(', ')}` });
      await run.started;
      if (isIntent(known)) return submitted(parseIntent({ ...request, type: known }));
      const refusal = validate(requestKinds[known].request, request);
      if (refusal) throw new RefusedError(refusal);
      return (known === 'log' ? turnOfLog : turn)(() => queries[known](request));
    },
    append,
    isOwn,
    turnOf,
    submit: submitted,
    apply: (entry) => {
      rows.apply(entry);
      apply(entry);
    },
    end,
  };
}

/** @throws MismatchError if a trainer takes a study for another one, SpaceError and OptionError for what is no study. */
export function refuseOther(created: Created, { parameters, constraints, objectives }: Readonly<Record<string, unknown>>): object {
  const options = omitUndefined({ objectives }) as StudyOptions;
  const space = parameters === undefined ? spaceOf(created) : parseSpace(omitUndefined({ parameters, constraints }));
  const [difference] = differences(created, createdOf(space, undefined, options), options);
  if (difference !== undefined) throw new MismatchError(`${created.study} is another study: ${difference}`);
  return {};
}

/** The next rows of trials, as many as one answer has room for, and whether more follow. */
export function trialPage<P>(
  rows: TrialRows<P>,
  { after = 0, status, limit = Number.POSITIVE_INFINITY }: PageRequest,
): { readonly items: readonly TrialRow<P>[]; readonly more: boolean } {
  const found = [...rows].filter((row) => row.trial > after && (status === undefined || row.status === status));
  const { items, add } = pager<TrialRow<P>>(ROOM);
  for (const row of found.sort((a, b) => a.trial - b.trial)) if (items.length >= limit || !add(row)) break;
  return { items, more: items.length < found.length };
}

/** The first of some entries, as many as one answer has room for. */
export async function entryPage(past: AsyncIterable<readonly Entry[]>): Promise<readonly Entry[]> {
  const page = pager<Entry>(ROOM);
  for await (const entries of past) for (const entry of entries) if (!page.add(entry)) return page.items;
  return page.items;
}

/** Collects what fits into one answer: at least one item, and at most `room` characters. */
function pager<T>(room: number) {
  const items: T[] = [];
  let length = 0;
  return {
    items,
    /** @returns whether the item fits. */
    add: (item: T): boolean => {
      length += JSON.stringify(item).length;
      if (length > room && items.length > 0) return false;
      items.push(item);
      return true;
    },
  };
}
