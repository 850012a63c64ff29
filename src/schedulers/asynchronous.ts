import type { Env, Told } from '../messages.ts';
import { Rung } from './asha.ts';
import { type Bracket, nextBracket } from './brackets.ts';
import { resultOf, type Scheduler, Supply, type Turn } from './scheduler.ts';
import { Twins } from './twins.ts';

/** Brackets of asynchronous successive halving side by side (Li et al., MLSys 2020, section 3.2): nobody waits for anybody. */
export class AsynchronousBrackets implements Scheduler {
  readonly #brackets: readonly Bracket[];
  readonly #eta: number;
  readonly #rungs: readonly (readonly Rung[])[];
  readonly #begun: number[];
  readonly #budgets: readonly number[];
  readonly #supply: Supply;
  readonly #twins: Twins;

  /** @param brackets the longest first: it holds the budgets of all. */
  constructor(brackets: readonly Bracket[], eta: number, env: Env) {
    this.#brackets = brackets;
    this.#eta = eta;
    this.#rungs = brackets.map(({ budgets }) => budgets.map((budget) => new Rung(budget)));
    this.#begun = brackets.map(() => 0);
    this.#budgets = brackets[0]!.budgets;
    this.#supply = new Supply(env);
    this.#twins = new Twins(env.axes);
  }

  tell(told: Told, mark: string | undefined): void {
    const isTwin = this.#twins.take(told);
    if (told.type === 'suggested') this.#supply.take(told);
    const bracket = Number(mark);
    const rungs = mark === undefined ? undefined : this.#rungs[bracket];
    if (rungs === undefined || told.type === 'reported') return;
    const at = rungs.findIndex(({ budget }) => budget === told.budget);
    if (told.type === 'ended') {
      const standing = resultOf(told);
      if (standing && !isTwin) rungs[at]?.add(standing);
    } else if (told.resumes === undefined) this.#begun[bracket]!++;
    else rungs[at - 1]?.promote(told.resumes);
  }

  /** Who goes on to the highest budget, of equal ones in the longest bracket; or a new configuration for the bracket that is behind. */
  turn(): Turn {
    for (let k = this.#budgets.length - 2; k >= 0; k--) {
      for (const rungs of this.#rungs) {
        const at = k - (this.#budgets.length - rungs.length);
        const standing = rungs[at]?.candidate(this.#eta);
        if (standing) return { type: 'promote', standing, budget: this.#budgets[k + 1]! };
      }
    }
    const next = nextBracket(this.#brackets, this.#begun, ({ budgets }) => this.#supply.lasts(budgets[0]!)) ?? 0;
    return { type: 'begin', budget: this.#brackets[next]!.budgets[0]!, mark: String(next) };
  }
}
