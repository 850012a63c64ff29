import type { Entry } from '../../src/facts/entry.ts';
import type { Created, Params, SuggestedFact } from '../../src/facts/facts.ts';
import type { Space } from '../../src/space/space.ts';
import type { StudyLog } from '../../src/study/source.ts';
import { spaceOf } from '../engine/applyEntries.ts';
import { Decider } from '../engine/decider.ts';
import { type Difference, differenceOf } from '../engine/difference.ts';
import type { ParseStrategy } from '../kernel/strategy.ts';
import { MachineWatch } from './watch.ts';

/** Replays the log of a study, which another process may run, and watches the machines of its strategies. */
export class Replay {
  #decider: Decider<Params>;
  readonly space: Space<Params>;
  watch = new MachineWatch();

  /** @throws OptionError if the strategy is code, which a log does not hold. */
  constructor(source: Pick<StudyLog, 'past'>, created: Created, parseStrategy: ParseStrategy) {
    this.space = spaceOf(created);
    this.#decider = new Decider({
      space: this.space,
      strategy: parseStrategy(created.strategy),
      parseStrategy,
      watch: (inspection) => this.watch.take(inspection),
      past: () => source.past(1),
    });
  }

  /** Folds an entry. If it amends the past, strategies read the log again. */
  async fold(entry: Entry): Promise<void> {
    this.#decider.fold(entry);
    await this.#catchUp();
  }

  async #catchUp(): Promise<void> {
    if (!this.#decider.outdated) return;
    this.watch = new MachineWatch();
    this.#decider = await this.#decider.again();
  }

  /** Where a suggestion differs from what the study decides now, or undefined if it is the same. Waits for models. */
  async difference(logged: SuggestedFact): Promise<Difference | undefined> {
    await this.#catchUp();
    return differenceOf(this.#decider, logged);
  }

  dispose(): void {
    this.#decider.dispose();
  }
}
