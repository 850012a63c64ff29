import type { Values } from '../facts/facts.ts';
import type { Ended, TrialId } from '../strategy/messages.ts';
import { isReference } from './claim.ts';
import { afterResult, noPlateau } from './plateau.ts';
import { type Best, Leader } from './ranking.ts';
import { lossOf, type Settings } from './settings.ts';
import { Spending } from './spending.ts';
import type { OpenTrial } from './trial.ts';

/** What the trials that have ended found and cost. */
export class Results<P> {
  readonly #leader = new Leader<Best<P>>();
  readonly #spending = new Spending();
  readonly #checkpoints = new Map<TrialId, string>();
  #plateau = noPlateau;
  #lowest = Number.POSITIVE_INFINITY;
  #target = Number.NEGATIVE_INFINITY;

  /** Applies settings from here on. */
  govern({ limits, objectives }: Settings): void {
    this.#target = limits.target === undefined ? Number.NEGATIVE_INFINITY : lossOf(objectives[0]!, limits.target);
    this.#plateau = { ...this.#plateau, length: 0 };
  }

  /** Ranks a completed trial. @param loss of the first objective */
  rank({ suggestion, proposal }: OpenTrial<P>, values: Values, loss: number): void {
    const { id: trial, budget = Number.POSITIVE_INFINITY } = proposal;
    this.#leader.add({ trial, params: suggestion.params, values, loss, budget });
    this.#lowest = Math.min(this.#lowest, loss);
  }

  /** Keeps the checkpoint of a trial, from which others may resume. */
  keep(id: TrialId, checkpoint: string | undefined): void {
    if (checkpoint !== undefined && isReference(checkpoint)) this.#checkpoints.set(id, checkpoint);
  }

  /** A trial ended. */
  add(event: Ended): void {
    const imported = event.by === 'import';
    if (!imported) this.#spending.add(event);
    this.#plateau = afterResult(this.#plateau, event, 0, !imported);
  }

  get best(): Best<P> | undefined {
    return this.#leader.best;
  }
  /** Whether a result is at least as good as the target, at any budget. */
  get reached(): boolean {
    return this.#lowest <= this.#target;
  }
  /** What trials have cost, in steps. */
  get cost(): number {
    return this.#spending.total;
  }
  /** Results in a row without an improvement. */
  get plateau(): number {
    return this.#plateau.length;
  }
  /** The checkpoint of an ended trial, from which others may resume. */
  checkpoint(id: TrialId): string | undefined {
    return this.#checkpoints.get(id);
  }
}
