import type { OperatorFunction } from 'rxjs';
import type { Created, Values } from '../../src/facts/facts.ts';
import type { AppliedEntry } from '../../src/ledger/appliedEntry.ts';
import { lossOf } from '../../src/ledger/settings.ts';
import { dominates, type Losses } from '../../src/numeric/pareto/domination.ts';
import { hypervolume } from '../../src/numeric/pareto/hypervolume.ts';
import { checkOption, finite } from '../../src/schema/optionRules.ts';
import { type Ended, type TrialId, violates } from '../../src/strategy/messages.ts';
import { continuedBy, feasibleAmong } from '../../src/study/bestFirst.ts';
import { type CompletedRow, isCompleted, type TrialRow } from '../../src/study/trials.ts';
import { folding, rowsOfEnded } from './observe.ts';

/** The trials that no other trial dominates: one that is better in some objective is worse in another. */
export interface Front<P, O extends string = string> {
  /** By the first objective, the best first. */
  readonly rows: readonly CompletedRow<P, O>[];
  /** The reference point of the hypervolume, in the units of the objectives. */
  readonly reference: Values;
  /**
   * The volume that the front dominates, up to the reference point; larger is better. It is exact, and computed when it is read, which takes long
   * with four or more objectives.
   */
  readonly hypervolume: number;
}

export interface ParetoOptions {
  /**
   * A value for every objective. Default: the worst value of each objective so far, among the compared trials. Set it to compare the hypervolumes of
   * different times or studies.
   */
  readonly reference?: Values | undefined;
}

/**
 * Emits the front when it changes. It compares trials that completed at the highest budget and violate no constraint.
 *
 * @throws OptionError into the stream if the reference does not name every objective.
 * @example
 * optimize(space, train, { strategy: nsga2(), objectives: { loss: 'minimize', megabytes: 'minimize' } })
 *   .pipe(pareto({ reference: { loss: 1, megabytes: 100 } }))
 *   .subscribe(({ rows, hypervolume }) => console.log(hypervolume, rows));
 */
export const pareto = <P, O extends string>(options: ParetoOptions = {}): OperatorFunction<AppliedEntry<P, O>, Front<P, O>> =>
  folding(() => frontChanges<P, O>(options));

interface Candidate<P, O extends string = string> {
  readonly row: CompletedRow<P, O>;
  readonly losses: Losses;
  readonly budget: number;
}

/** Candidates at one budget: those of the front by their first loss, and the worst loss of each objective of all. */
interface Standings<P, O extends string = string> {
  readonly budget: number;
  readonly front: readonly Candidate<P, O>[];
  readonly worst: Losses;
}

const none: Standings<never> = { budget: Number.NEGATIVE_INFINITY, front: [], worst: [] };

/** The current front, by the first objective. */
export function frontAmong<P>(rows: Iterable<TrialRow<P>>, objectives: Created['objectives']): readonly CompletedRow<P>[] {
  const all = [...rows];
  const isFeasible = feasibleAmong(all);
  let standings: Standings<P> = none;
  for (const row of all) {
    if (!isCompleted(row) || !isFeasible(row)) continue;
    const { values, budget = Number.POSITIVE_INFINITY } = row;
    standings = joined(standings, { row, losses: objectives.map((objective) => lossOf(objective, values[objective.name]!)), budget });
  }
  return standings.front.map(({ row }) => row);
}

/** The front, if an entry changes it. */
function frontChanges<P, O extends string>({ reference }: ParetoOptions): (applied: AppliedEntry<P>) => readonly Front<P, O>[] {
  const rowsOf = rowsOfEnded<P, O>();
  const candidates = new Map<TrialId, Candidate<P, O>>();
  let standings: Standings<P, O> = none;
  let objectives: Created['objectives'] = [];
  const shown = (): readonly Front<P, O>[] => [frontOf(standings, objectives, reference)];
  return (applied) => {
    if (applied.refusal) return [];
    if (applied.fact.type === 'created') {
      objectives = applied.fact.objectives;
      check(reference, objectives);
    }
    const [row] = rowsOf(applied);
    if (row === undefined) return [];
    if (isCompleted(row) && !violates(row)) {
      const { losses } = applied.event as Ended;
      const candidate = { row, losses: losses!, budget: row.budget ?? Number.POSITIVE_INFINITY };
      candidates.set(row.trial, candidate);
      standings = joined(standings, candidate);
      return standings.front.includes(candidate) ? shown() : [];
    }
    const gone = row.status === 'retracted' ? [row.trial] : violates(row) ? [...continuedBy(row, (id) => candidates.get(id)?.row)] : [];
    for (const trial of gone) candidates.delete(trial);
    const changes = standings.front.some((member) => gone.includes(member.row.trial));
    if (gone.length > 0) standings = [...candidates.values()].reduce(joined<P, O>, none);
    return changes ? shown() : [];
  };
}

function joined<P, O extends string>(standings: Standings<P, O>, candidate: Candidate<P, O>): Standings<P, O> {
  const { budget, losses } = candidate;
  if (budget < standings.budget) return standings;
  if (budget > standings.budget) return { budget, front: [candidate], worst: losses };
  const worst = standings.worst.map((loss, k) => Math.max(loss, losses[k]!));
  if (standings.front.some((member) => dominates(member.losses, losses))) return { ...standings, worst };
  const front = [...standings.front.filter((member) => !dominates(losses, member.losses)), candidate];
  return { budget, worst, front: front.sort((a, b) => a.losses[0]! - b.losses[0]! || a.row.trial - b.row.trial) };
}

function frontOf<P, O extends string>({ front, worst }: Standings<P, O>, objectives: Created['objectives'], given?: Values): Front<P, O> {
  const corner = objectives.map((objective, k) => (given ? lossOf(objective, given[objective.name]!) : worst[k]!));
  return {
    rows: front.map(({ row }) => row),
    reference: Object.fromEntries(objectives.map((objective, k) => [objective.name, lossOf(objective, corner[k] ?? Number.NaN)])),
    get hypervolume() {
      return hypervolume(
        front.map(({ losses }) => losses),
        corner,
      );
    },
  };
}

function check(reference: Values | undefined, objectives: Created['objectives']): void {
  for (const { name } of reference ? objectives : []) {
    checkOption(`pareto.reference.${name}`, reference![name], finite);
  }
}
