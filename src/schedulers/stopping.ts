import type { Reported, Suggested, Told, TrialId } from '../messages.ts';
import { Rung } from './asha.ts';
import { type Bracket, nextBracket } from './brackets.ts';
import { standingOf } from './scheduler.ts';

/** An open trial, and the rung of its bracket that it comes to next. */
interface Racing {
  readonly suggested: Suggested;
  readonly rungs: readonly Rung[];
  next: number;
}

/** Brackets of asynchronous halving whose trials run on, and are stopped at a rung of their bracket when they fall behind. */
export class StoppingBrackets {
  readonly #brackets: readonly Bracket[];
  readonly #eta: number;
  readonly #rungs: readonly (readonly Rung[])[];
  readonly #begun: number[];
  readonly #racing = new Map<TrialId, Racing>();
  #behind = false;

  constructor(brackets: readonly Bracket[], eta: number) {
    this.#brackets = brackets;
    this.#eta = eta;
    this.#rungs = brackets.map(({ budgets }) => budgets.map((budget) => new Rung(budget)));
    this.#begun = brackets.map(() => 0);
  }

  /** @param mark the bracket that a trial was suggested for; undefined for those of others. */
  tell(told: Told, mark: string | undefined): void {
    this.#behind = told.type === 'reported' && !this.#passes(told);
    if (told.type === 'ended') this.#racing.delete(told.id);
    const rungs = this.#rungs[Number(mark)];
    if (told.type !== 'suggested' || rungs === undefined) return;
    this.#begun[Number(mark)]!++;
    this.#racing.set(told.id, { suggested: told, rungs, next: 0 });
  }

  /** The bracket that the next configuration goes to. */
  next(): number {
    return nextBracket(this.#brackets, this.#begun, () => true)!;
  }

  /** Whether the trial that has just reported should stop. */
  get behind(): boolean {
    return this.#behind;
  }

  /** Takes in how a trial stands at the rungs that it has come to. */
  #passes({ id, step, losses }: Reported): boolean {
    const racing = this.#racing.get(id);
    if (racing === undefined) return true;
    const { rungs, suggested } = racing;
    let passes = true;
    for (; passes && racing.next < rungs.length - 1 && step >= rungs[racing.next]!.budget; racing.next++) {
      passes = rungs[racing.next]!.passes(standingOf(suggested, losses[0]!), this.#eta);
    }
    return passes;
  }
}
