import { reached } from './entries.ts';
import type { StudyPort, TrainerPort } from './port.ts';
import type { StudyView } from './view.ts';

/** How this process reaches a study that runs elsewhere. */
export type Remote<P> = TrainerPort<P> & Pick<StudyPort<P>, 'submit' | 'importance' | 'why' | 'close'>;

/** The port of a study that runs elsewhere: what it has done can be seen when a call resolves. */
export function viewed<P>(view: StudyView<P>, remote: Remote<P>): StudyPort<P> {
  const { space, source, rows, entries$, live$ } = view;
  const seen = async <T extends { readonly position: number }>(answer: T): Promise<T> => {
    await reached(view, answer.position);
    return answer;
  };
  return {
    ...remote,
    space,
    source,
    rows,
    entries$,
    live$,
    get ledger() {
      return view.ledger;
    },
    get broken() {
      return view.broken;
    },
    get finished() {
      return view.finished;
    },
    ready: async () => {},
    record: async (...said) => seen(await remote.record(...said)),
    submit: async (...asked) => seen(await remote.submit(...asked)),
  };
}
