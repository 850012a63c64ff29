import { LET_GO, RefusedError, type Submitted } from '../../src/study/commands.ts';
import type { Intent } from '../../src/study/intents.ts';
import type { TrialFact } from '../../src/study/verbs.ts';
import { type StudyBackend, studyOf } from '../study/handle.ts';
import type { Study } from '../study/study.ts';
import type { Recorded } from './local.ts';
import type { Following } from './view.ts';

/** How this process reaches a study that runs elsewhere. */
export interface Reach<P> extends Pick<StudyBackend<P>, 'ask' | 'importance' | 'why'> {
  /** Takes a fact of this process. @throws RefusedError */
  record(fact: TrialFact): Promise<Recorded>;
  /** @throws RefusedError */
  submit(intent: Intent): Promise<Submitted>;
  close(): Promise<void>;
}

/** The handle of a study that runs elsewhere: what it has done can be seen when a call resolves. */
export function studyElsewhere<P, O extends string>(
  following: Following<P>,
  { ask, record, submit, close, ...reach }: Reach<P>,
): Study<P, O> {
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
    record: async (fact) => {
      const said = await record(fact);
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
