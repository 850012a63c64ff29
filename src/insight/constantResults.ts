import type { ObjectiveSpec, SuggestedFact, Values } from '../facts/facts.ts';
import type { AppliedEntry } from '../ledger/appliedEntry.ts';
import type { TrialId } from '../strategy/messages.ts';
import type { TrialRow } from '../study/trials.ts';

/** Fewer equal results may be a coincidence. */
const FEWEST_EQUAL = 5;
/** Means over fewer examples than this are often equal, such as 0 of 2 right. */
const EXAMPLES = 10;

/** What the user can do about results that do not depend on the configuration. */
export const WHAT_TO_CHECK = 'check that it is the value to optimize, and that your program uses its parameters';

/** What a study looks for, and how. */
interface Search {
  readonly objectives: readonly Pick<ObjectiveSpec, 'name'>[];
  /** As data. */
  readonly strategy?: unknown;
}

type Row = Pick<TrialRow<unknown>, 'params' | 'status' | 'values' | 'budget'>;

/**
 * A sentence about each objective that has the same value in all results, if enough different configurations have one. Only results at the highest budget
 * of the strategy count, since many metrics are constant at the start of a training.
 *
 * @param printed the name under which a program prints the only objective, if it differs
 */
export function constantTexts(search: Search, rows: Iterable<Row>, printed?: string): readonly string[] {
  const all = [...rows];
  const common = new CommonValues(search);
  for (const { budget } of all) common.reach(budget);
  for (const { status, params, budget, values } of all) if (status === 'completed' && values) common.add(params, values, budget);
  return common.texts(printed);
}

/**
 * Detects results that do not depend on the configuration.
 *
 * @param past the position of the last entry before this start.
 * @returns a function that takes each entry of the log and returns what to tell the user, once. After a restart, one more such result is enough.
 */
export function watchConstants(past: () => number): (applied: AppliedEntry) => string | undefined {
  let isKnown = false;
  let common: CommonValues | undefined;
  const open = new Map<TrialId, Pick<SuggestedFact<unknown>, 'params' | 'budget'>>();
  /** On how many examples open trials were evaluated. */
  const evaluated = new Map<TrialId, number>();
  return ({ effect, fact, event, refusal, position }) => {
    if (position === 1) common = undefined; // a log may be read more than once
    if (isKnown || refusal) return undefined;
    if (fact.type === 'created') common ??= new CommonValues(fact); // it may be stored twice
    if (fact.type === 'changed' && fact.strategy !== undefined) common &&= new CommonValues({ ...common.search, strategy: fact.strategy });
    if (effect === 'suggested') {
      common?.reach(fact.budget);
      open.set(fact.trial, fact);
    }
    if (event?.type === 'reported' && event.results) evaluated.set(event.id, event.step);
    if (event?.type !== 'ended') return undefined;
    const examples = evaluated.get(event.id) ?? EXAMPLES;
    evaluated.delete(event.id);
    const suggestion = open.get(event.id);
    open.delete(event.id);
    if (fact.type !== 'completed' || suggestion === undefined || common === undefined || examples < EXAMPLES) return undefined;
    common.add(suggestion.params, fact.values, suggestion.budget);
    const texts = common.texts(common.search.objectives.length === 1 ? fact.metric : undefined);
    if (texts.length > 0 ? position <= past() : !common.isEnough) return undefined;
    isKnown = true;
    return texts.length > 0 ? texts.join('; ') : undefined;
  };
}

/** The objectives that have the same value in all results at the highest budget. */
class CommonValues {
  readonly search: Search;
  /** The highest budget. */
  #most: number;
  readonly #configurations = new Set<string>();
  #values: Values = {};
  #same: Search['objectives'] = [];

  constructor(search: Search) {
    this.search = search;
    this.#most = mostIn(search.strategy);
  }

  /** A trial has a budget. Results at lower ones no longer count. */
  reach(budget = 0): void {
    if (budget <= this.#most) return;
    this.#most = budget;
    this.#configurations.clear();
  }

  add(params: unknown, values: Values, budget = this.#most): void {
    if (budget < this.#most) return;
    if (this.#configurations.size === 0) [this.#values, this.#same] = [values, this.search.objectives];
    this.#same = this.#same.filter(({ name }) => values[name] === this.#values[name]);
    this.#configurations.add(JSON.stringify(params));
  }

  /** Whether enough configurations have a result. */
  get isEnough(): boolean {
    return this.#configurations.size >= FEWEST_EQUAL;
  }

  texts(printed: string | undefined): readonly string[] {
    if (!this.isEnough) return [];
    const count = this.#configurations.size;
    return this.#same.map(
      ({ name }) => `${printed ?? name} is ${this.#values[name]} for all ${count} configurations with a result: ${WHAT_TO_CHECK}`,
    );
  }
}

/** The highest budget in a strategy, which calls it `max`: 81 in `{ chain: [{ asha: { max: 81 } }, 'bo'] }`. 0 if it has none. */
function mostIn(strategy: unknown): number {
  if (typeof strategy !== 'object' || strategy === null) return 0;
  return Math.max(0, ...Object.entries(strategy).map(([name, part]) => (name === 'max' && typeof part === 'number' ? part : mostIn(part))));
}
