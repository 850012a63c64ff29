import { onStatus } from '../../../streams/nats/connection/connection.ts';
import { closingOf } from '../../../streams/nats/created.ts';
import { studiesOn, whenBegun } from '../../../streams/nats/studies.ts';

/** Milliseconds between two looks for studies that begin or that reopen. */
const LOOK = 10_000;

/** A study at which a worker works. */
export interface Attended {
  /** Resolves when it has ended, or could not begin: whether the study may be attended again, if it is open at a later look. */
  readonly ended: Promise<boolean>;
  /** Leaves a study that was deleted, unless one of its trials runs here. */
  leave(): void;
}

/**
 * Works at every open study of a server that fits, also at those that begin or reopen later.
 *
 * @param attend begins to work at a study.
 * @param warn takes why a later look failed.
 * @param signal ends it.
 * @returns resolves when the signal has aborted and no study is attended.
 * @throws StudyError if this user may not list studies.
 */
export async function followStudies(
  nc: Parameters<typeof studiesOn>[0],
  fits: (study: string) => boolean,
  attend: (study: string) => Attended,
  warn: (message: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const attended = new Map<string, Attended>();
  const add = (study: string) => {
    if (attended.has(study) || !fits(study) || signal.aborted) return;
    const one = attend(study);
    attended.set(study, one);
    void one.ended.then((again) => again && attended.delete(study));
  };
  const look = async () => {
    const names = await studiesOn(nc);
    for (const [study, one] of attended) if (!names.includes(study)) one.leave();
    for (const study of names) {
      if (attended.has(study) || !fits(study)) continue;
      if ((await closingOf(nc, study)) === undefined) add(study);
    }
  };
  await look();
  let looking = false;
  const again = () => {
    if (looking) return;
    looking = true;
    look()
      .catch((error: Error) => signal.aborted || warn(error.message))
      .finally(() => {
        looking = false;
      });
  };
  const timer = setInterval(again, LOOK);
  const ends = [whenBegun(nc, add), onStatus(nc, ({ type }) => type === 'reconnect' && again())];
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve());
  });
  clearInterval(timer);
  for (const end of ends) end();
  await Promise.all([...attended.values()].map((one) => one.ended));
}
