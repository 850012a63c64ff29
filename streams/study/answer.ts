import type { Entry } from '../../src/facts/entry.ts';
import type { Params } from '../../src/facts/facts.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { omitUndefined } from '../../src/schema/omitUndefined.ts';
import { bestRowOf } from '../../src/study/bestFirst.ts';
import type { StudyStatus } from '../../src/study/status.ts';
import type { TrainerRow } from '../../src/study/trainerRows.ts';
import type { TrialRows } from '../../src/study/trials.ts';
import { frontAmong } from '../results/pareto.ts';
import { entryPage, refuseOther, trialPage } from './port/pages.ts';
import type { Turn, TurnOptions } from './port/turns.ts';

/** A study that has begun, as those know it who answer questions about it. */
export interface AskedStudy {
  readonly ledger: Ledger<Params>;
  readonly rows: TrialRows;
  status(): StudyStatus;
  trainers(): readonly TrainerRow[] | Promise<readonly TrainerRow[]>;
  /** The current entries, from a position on. */
  past(from: number): AsyncIterable<readonly Entry[]>;
  turn(proposer: string, options: TurnOptions): Turn | Promise<Turn>;
}

/** The input of an operation, which fits its schema. */
type Fields = Readonly<Record<string, unknown>>;

type Answer = (study: AskedStudy, fields: Fields) => unknown;

const described: Answer = ({ status, ledger }) => ({ ...status(), created: ledger.created });

/** The answers of operations that only read, over HTTP and NATS alike. Each throws RefusedError or MismatchError. */
export const answers = {
  study: described,
  match: (study, fields) => {
    refuseOther(study.ledger.created!, fields);
    return described(study, fields);
  },
  best: ({ ledger, rows }) => bestRowOf(ledger, rows) ?? null,
  front: ({ ledger, rows }) => frontAmong(rows, ledger.settings.objectives),
  trials: ({ rows }, fields) => {
    const { items, more } = trialPage(rows, fields);
    return omitUndefined({ trials: items, next: more ? items.at(-1)!.trial : undefined });
  },
  log: ({ past }, { after = 0 }) => entryPage(past(Number(after) + 1)),
  queue: ({ turn }, { proposer, ...options }) => turn(String(proposer), options),
  trainers: ({ trainers }) => trainers(),
} satisfies Readonly<Record<string, Answer>>;

export type ReadingId = keyof typeof answers;
