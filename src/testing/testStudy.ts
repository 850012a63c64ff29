import type { Directive } from '../../streams/engine/directive.ts';
import { Engine } from '../../streams/engine/engine.ts';
import type { Strategy } from '../../streams/kernel/strategy.ts';
import { createdOf, type StudyOptions } from '../../streams/spec/options.ts';
import { parseStrategy } from '../../streams/spec/spec.ts';
import type { Entry } from '../facts/entry.ts';
import type { Fact } from '../facts/facts.ts';
import type { Space } from '../space/space.ts';

/** A directive, and the position of the log at which it was sent. */
export interface PositionedDirective<P> {
  readonly position: number;
  readonly directive: Directive<P>;
}

/** A study that runs one fact at a time, without clock, promise or file. */
export interface TestStudy<P> {
  readonly engine: Engine<P>;
  readonly entries: readonly Entry[];
  readonly given: readonly PositionedDirective<P>[];
  /** The external proposers that it waits for, until they propose or have `expired`. */
  readonly awaited: ReadonlySet<string>;
  /** Whether the study is over and no trial is open. */
  readonly finished: boolean;
  /** Appends a fact, as a trainer or a person would. @throws what the study throws */
  say(fact: Fact): void;
  /** Resolves when no model is being fitted. @throws what the study throws */
  ready(): Promise<void>;
}

/**
 * Creates a study on a log in memory. Facts are copied through JSON, as in a real log.
 *
 * @param past entries of an earlier study, which it resumes.
 */
export function createTestStudy<P>(space: Space<P>, strategy: Strategy, options: StudyOptions, past: readonly Entry[] = []): TestStudy<P> {
  const entries: Entry[] = [...past];
  const given: PositionedDirective<P>[] = [];
  const awaited = new Set<string>();
  let finished = false;
  let failure: unknown;
  const append = (fact: Fact<unknown>) => {
    const entry: Entry = { position: entries.length + 1, at: entries.length + 1, fact: JSON.parse(JSON.stringify(fact)) };
    entries.push(entry);
    engine.receive([entry]);
  };
  const check = () => {
    if (failure !== undefined) throw failure;
  };
  const engine = new Engine<P>({
    space,
    strategy,
    parseStrategy,
    inspect: options.inspect,
    watch: options.watch,
    append,
    onProposerAwaited: (proposer) => void awaited.add(proposer),
    onEntry: ({ effect, event }) => {
      if (effect === 'proposed' || effect === 'expired') awaited.delete(event.proposer);
    },
    direct: (directive) => given.push({ position: engine.ledger.position, directive }),
    past: async function* () {
      yield entries;
    },
    finished: () => {
      finished = true;
    },
    fail: (error) => {
      failure = error;
    },
  });
  if (past.length === 0) append(createdOf(space, strategy, options));
  else engine.receive(past);
  engine.resumeAt(0);
  check();
  return {
    engine,
    entries,
    given,
    awaited,
    get finished() {
      return finished;
    },
    say: (fact) => {
      append(fact);
      check();
    },
    ready: async () => {
      while (engine.phase === 'fitting' && failure === undefined) await new Promise((resolve) => setTimeout(resolve, 1));
      check();
    },
  };
}
