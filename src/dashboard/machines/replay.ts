import { amend, amends, noAmendments } from '../../../streams/engine/amendments.ts';
import { spaceOf } from '../../../streams/engine/applyEntries.ts';
import { Decider, type Next } from '../../../streams/engine/decider.ts';
import { strategyOf } from '../../../streams/engine/verify.ts';
import { parseStrategy } from '../../../streams/spec.ts';
import type { Entry } from '../../entry.ts';
import type { Created, Params } from '../../facts/facts.ts';
import type { Space } from '../../space/space.ts';
import type { Source } from '../source.ts';
import { MachineWatch } from './watch.ts';

/** The strategies of a study, told its log once more, so that they may be looked at wherever the study runs. */
export class Replay {
  readonly #source: Source;
  readonly #space: Space<Params>;
  readonly #strategy: ReturnType<typeof strategyOf>;
  readonly #changed: (() => void) | undefined;
  #known = noAmendments;
  #decider: Decider<Params>;
  #ready = () => {};
  watch: MachineWatch;

  /** @throws OptionError where the strategy is code, which a log does not hold. */
  constructor(source: Source, created: Created, changed?: () => void) {
    this.#source = source;
    this.#space = spaceOf(created) as Space<Params>;
    this.#strategy = strategyOf(created);
    this.#changed = changed;
    this.watch = new MachineWatch(changed);
    this.#decider = this.#begin();
  }

  #begin(): Decider<Params> {
    this.watch = new MachineWatch(this.#changed);
    const { inspect } = this.watch;
    return new Decider({ space: this.#space, strategy: this.#strategy, known: this.#known, inspect, ready: () => this.#ready() });
  }

  async fold(entry: Entry): Promise<void> {
    const effect = this.#decider.fold(entry);
    if (!amends(effect)) return;
    this.#known = amend(this.#known, effect, this.#decider.ledger.settings, parseStrategy);
    this.#decider.dispose();
    this.#decider = this.#begin();
    await this.#retell(entry.position);
  }

  async #retell(upTo: number): Promise<void> {
    for await (const entries of this.#source.past(1)) {
      for (const entry of entries) {
        if (entry.position > upTo) return;
        this.#decider.fold(entry);
      }
    }
  }

  /** What the study would decide now, once the models that it takes are there. */
  async decide(): Promise<Next<Params>> {
    for (;;) {
      const ready = new Promise<void>((resolve) => {
        this.#ready = resolve;
      });
      const next = this.#decider.decide();
      if (next.type === 'append' || next.until === undefined) return next;
      await ready;
    }
  }

  dispose(): void {
    this.#decider.dispose();
  }
}
