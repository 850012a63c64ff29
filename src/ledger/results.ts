import type { Limits, Values } from '../facts/facts.ts';
import { type Ended, type TrialId, violates } from '../strategy/messages.ts';
import { isReference } from './claim.ts';
import { summed } from './exampleFacts.ts';
import { type Evaluated, ExampleResults } from './exampleResults.ts';
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
  /** The results of examples, if the study has examples. */
  #examples: ExampleResults | undefined;
  /** If trials are evaluated on examples: the trial of each feasible configuration that completed last, and that of the leader. */
  readonly #evaluated = new Map<Evaluated, Best<P>>();
  #leading: Best<P> | undefined;
  /** Sums of metrics. */
  #sums: Values = {};

  /** Applies settings from here on. */
  govern({ limits, objectives, examples }: Settings): void {
    if (examples !== undefined) this.#examples ??= new ExampleResults(examples, objectives.length);
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

  /** A trial ended. @returns the last trial of the configuration that leads from now on, if another trial was that before */
  add(event: Ended, trial: OpenTrial<P>): TrialId | undefined {
    const of = this.#examples?.of(event.id);
    if (of && of.results.size > 0) return this.#race(event, of, trial);
    const imported = event.by === 'import';
    if (!imported) this.#spending.add(event);
    this.#plateau = afterResult(this.#plateau, event, 0, !imported);
    return undefined;
  }

  /** A trial that was evaluated on examples ended: it, or the configuration that it continues, may lead, or lead no longer. */
  #race(event: Ended, of: Evaluated, { suggestion, values = {} }: OpenTrial<P>): TrialId | undefined {
    const examples = this.#examples!;
    const [before, led] = [examples.leaders, this.#leading?.trial];
    examples.end(event);
    if (event.outcome !== 'failed')
      this.#plateau = { ...this.#plateau, length: examples.leaders.every((one) => before.includes(one)) ? this.#plateau.length + 1 : 0 };
    if (violates(event)) this.#evaluated.delete(of);
    else if (event.outcome === 'completed') {
      const [loss] = event.losses!;
      this.#evaluated.set(of, { trial: event.id, params: suggestion.params, values, loss: loss!, budget: Number.POSITIVE_INFINITY });
    }
    const { leader } = examples;
    this.#leading = leader && this.#evaluated.get(leader);
    if (this.#leading && leader!.results.size === examples.count) this.#lowest = Math.min(this.#lowest, this.#leading.loss);
    return this.#leading?.trial === led ? undefined : this.#leading?.trial;
  }

  /** Adds the metrics of a trial, or of some of its results. */
  pay(metrics: Values | undefined): void {
    if (metrics) this.#sums = summed(this.#sums, metrics);
  }

  /** The results of examples, if the study has examples. */
  get examples(): ExampleResults | undefined {
    return this.#examples;
  }
  get best(): Best<P> | undefined {
    return this.#leading ?? this.#leader.best;
  }
  /** Whether a result is at least as good as the target, at any budget. If trials are evaluated on examples, the leader's on all of them. */
  get reached(): boolean {
    return this.#lowest <= this.#target;
  }
  /** The limit that has been reached, so that no new trial begins. A running trial may still end a plateau. */
  enough({ cost = Number.POSITIVE_INFINITY, plateau = Number.POSITIVE_INFINITY }: Limits): 'cost' | 'plateau' | undefined {
    if (this.cost >= cost) return 'cost';
    return this.#plateau.length >= plateau ? 'plateau' : undefined;
  }
  /** The sums of the metrics of trials. */
  get spent(): Values {
    return this.#sums;
  }
  /** What trials have cost, in steps and results of examples. */
  get cost(): number {
    return this.#spending.total + (this.#examples?.total ?? 0);
  }
  /** The checkpoint of an ended trial, from which others may resume. */
  checkpoint(id: TrialId): string | undefined {
    return this.#checkpoints.get(id);
  }
}
