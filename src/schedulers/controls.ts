import type { Member } from './rung.ts';

/** The first configurations are controls. */
const FIRST_CONTROLS = 8;
/** Later, one configuration in this many is a control. */
const CONTROL_EVERY = 24;

/**
 * Controls are configurations that are not compared at the first rung that counts, but continue to the next one whatever their results. They show
 * how well the first rung predicts the next one: those that were selected there are all good, so their order says little.
 */
export class Controls {
  /** Configurations that began as controls. */
  readonly #members = new Set<Member>();
  /** Those with which the rung above has, or will have, a result. */
  readonly #evidence = new Set<Member>();
  readonly #pause: boolean;
  /** The rung at which they are not compared. */
  #at = 0;

  /** @param pause whether trials pause at rungs and may be resumed */
  constructor(pause: boolean) {
    this.#pause = pause;
  }

  add(member: Member): void {
    this.#members.add(member);
    this.review(member);
  }

  /** Updates the record of one configuration: one for each fact, since a study may have as many controls as trials. */
  review(member: Member): void {
    if (!this.#members.has(member)) return;
    const above = this.#at + 1;
    const isEvidence = member.from >= above && (member.stands[above] !== undefined || this.#continues(member));
    this.#evidence[isEvidence ? 'add' : 'delete'](member);
  }

  /**
   * The rung at which they are not compared has changed. A higher one has no controls yet, so that it would be trusted without evidence: those of
   * lower rungs are not compared at it either, unless it has promoted them. Returns them.
   */
  raise(at: number): readonly Member[] {
    if (at === this.#at) return [];
    this.#at = at;
    const raised = [...this.#members].filter(
      (member) => member.from <= at && member.stands[at]?.status !== 'promoted' && this.#continues(member),
    );
    for (const member of raised) member.from = at + 1;
    for (const member of this.#members) this.review(member);
    return raised;
  }

  /** Whether the rung above has, or will have, results of too few. */
  get lacking(): boolean {
    return this.#evidence.size < FIRST_CONTROLS;
  }

  /** Whether the n-th configuration is a control although enough have begun. */
  isDue(n: number): boolean {
    return (n - FIRST_CONTROLS) % CONTROL_EVERY === 0;
  }

  /** Whether a configuration trains, or may be resumed. */
  #continues({ counts, ended, waiting }: Member): boolean {
    return counts && (!ended || (this.#pause && waiting !== undefined));
  }
}
