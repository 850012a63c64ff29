import { type FitTask, fitInTurn, type Logs } from '../../numeric/gp/fit.ts';
import type { Observations } from '../../numeric/gp/likelihood.ts';

/** A kernel for so many observations, fitted from where the fit before ended: when it is first needed, or elsewhere before that. */
export class Fit {
  readonly #size: number;
  readonly #observations: () => Observations;
  readonly #before: Fit | undefined;
  #made: { readonly logs: Logs } | undefined;

  constructor(size: number, observations: () => Observations, before: Fit | undefined) {
    this.#size = size;
    this.#observations = observations;
    this.#before = before;
  }

  /** The logarithms of the kernel's parameters; undefined where none could be fitted. */
  get logs(): Logs {
    if (!this.#made) {
      const { task, settle } = this.rest();
      settle(fitInTurn(task));
    }
    return this.#made!.logs;
  }

  /** Roughly what is left to do: the sum of the squares of the numbers of observations. */
  get work(): number {
    return this.#unmade().reduce((sum, fit) => sum + fit.#size ** 2, 0);
  }

  /** What is left to do, as data, and what takes in what came of it. */
  rest(): { readonly task: FitTask; settle(logs: readonly Logs[]): void } {
    const fits = this.#unmade();
    const before = fits.length > 0 ? fits[0]!.#before : undefined;
    return {
      task: { warm: before?.logs, steps: fits.map((fit) => fit.#observations()) },
      settle: (logs) => {
        for (const [i, fit] of fits.entries()) fit.#made ??= { logs: logs[i] };
      },
    };
  }

  /** This one and those before it that have not been made, from the first on. */
  #unmade(): Fit[] {
    const fits: Fit[] = [];
    for (let fit: Fit | undefined = this; fit && !fit.#made; fit = fit.#before) fits.push(fit);
    return fits.reverse();
  }
}
