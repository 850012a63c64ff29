import { LET_GO, RefusedError, type Submitted } from '../../src/study/commands.ts';
import type { Intent } from '../../src/study/intents.ts';
import type { TrialFact } from '../../src/study/verbs.ts';
import type { Following } from './following.ts';
import { type StudyBackend, studyOf } from './handle.ts';
import type { TrainerReply } from './hosted/hostedStudy.ts';
import type { Study } from './study.ts';

/** How this process reaches a study that runs elsewhere. */
export interface Reach<P> extends Pick<StudyBackend<P>, 'ask' | 'importance' | 'why'> {
  /** Takes a fact of this process. @throws RefusedError */
  say(fact: TrialFact): Promise<TrainerReply>;
  /** @throws RefusedError */
  submit(intent: Intent): Promise<Submitted>;
  close(): Promise<void>;
}

/** The handle of a study that runs elsewhere: what it has done can be seen when a call resolves. */
export function studyElsewhere<P, O extends string>(following: Following<P>, { ask, say, submit, close, ...reach }: Reach<P>): Study<P, O> {
  const { space, source, rows, entries$, live$, finished, stop, reached } = following;
  let isClosed = false;
  const refuseClosed = () => {
    if (isClosed) throw new RefusedError(LET_GO);
  };
  return studyOf({
    space,
    source,
    get ledger() {
      return following.ledger;
    },
    rows,
    get objectives() {
      return following.ledger.settings.objectives;
    },
    entries$,
    live$,
    get broken() {
      return following.broken;
    },
    finished,
    ...reach,
    ready: async () => refuseClosed(),
    ask: async (options) => {
      refuseClosed();
      const claimed = await ask(options);
      if (!claimed) refuseClosed();
      return claimed;
    },
    say: async (fact) => {
      const said = await say(fact);
      await reached(said.position);
      return said;
    },
    submit: async (intent) => {
      const submitted = await submit(intent);
      await reached(submitted.position);
      return submitted;
    },
    close: async () => {
      isClosed = true;
      stop?.();
      await close();
    },
  });
}
