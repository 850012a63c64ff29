import { omitUndefined } from '../../src/schema/omitUndefined.ts';
import type { View } from '../../src/strategy/core.ts';
import type { ChartData, Inspection } from '../../src/strategy/env.ts';
import type { TrialId } from '../../src/strategy/messages.ts';

/** The machine of a strategy. */
export interface Machine {
  /** The path of the strategy. */
  readonly path: string;
  readonly chart: ChartData;
}
/** The current state of a machine. */
export interface MachineNews {
  readonly path: string;
  readonly phase: string;
  readonly over: boolean;
  /** How often it moved, by the state that it left and the event, such as `breeding converged`. */
  readonly moves: Readonly<Record<string, number>>;
  /** How many facts of each type it took, and how many asks it answered. */
  readonly counts: Readonly<Record<string, number>>;
  readonly last?: { readonly event: string; readonly trial?: TrialId };
  /** The latest phases, the current one at the end, with the trial whose fact came before. */
  readonly history: readonly { readonly phase: string; readonly trial?: TrialId }[];
}

interface Watched {
  readonly chart: ChartData;
  readonly phase: () => string;
  readonly view: () => View | undefined;
  readonly moves: Record<string, number>;
  readonly counts: Record<string, number>;
  last: MachineNews['last'];
  history: MachineNews['history'];
}

/** Phases of each machine that are kept. */
const HISTORY = 24;

/** Records what the strategies of a study do. It cannot influence them. */
export class MachineWatch {
  readonly #watched = new Map<string, Watched>();

  /** The `watch` of a study's options. */
  readonly take = (inspection: Inspection): void => {
    const { path } = inspection;
    if (inspection.type === 'began') {
      const { chart, phase, view } = inspection;
      this.#watched.set(path, { chart, phase, view, moves: {}, counts: {}, last: undefined, history: [{ phase: chart.initial }] });
    } else this.#note(this.#watched.get(path)!, inspection);
  };

  #note(watched: Watched, inspection: Exclude<Inspection, { readonly type: 'began' }>): void {
    switch (inspection.type) {
      case 'told': {
        const { type, ...fact } = inspection.fact;
        count(watched.counts, type);
        watched.last = omitUndefined({ event: type, trial: 'id' in fact ? fact.id : undefined });
        break;
      }
      case 'moved': {
        const { from, verdict, to } = inspection;
        count(watched.moves, `${from} ${verdict}`);
        watched.history = [...watched.history, omitUndefined({ phase: to, trial: watched.last?.trial })].slice(-HISTORY);
        break;
      }
      case 'answered':
        count(watched.counts, 'ask');
        watched.last = { event: 'ask', trial: inspection.answer.id };
    }
  }

  get machines(): Machine[] {
    return [...this.#watched].map(([path, { chart }]) => ({ path, chart }));
  }

  get news(): MachineNews[] {
    return [...this.#watched].map(([path, watched]) => {
      const { chart, moves, counts } = watched;
      const phase = watched.phase(); // the machine itself moves with the next ask
      const { last } = watched;
      const history = watched.history.at(-1)!.phase === phase ? watched.history : [...watched.history, { phase }];
      return omitUndefined({ path, phase, over: chart.states[phase] === 'final', moves, counts, last, history });
    });
  }

  /** What the model of a strategy says now; undefined if it has none. */
  view(path: string): View | undefined {
    return this.#watched.get(path)?.view();
  }

  /** What each machine does, such as `surrogate.modelling`, by path. */
  get phases(): Record<string, string> {
    return Object.fromEntries([...this.#watched].map(([path, { chart, phase }]) => [path, `${chart.id}.${phase()}`]));
  }
}

function count(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}
