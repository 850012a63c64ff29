import { repeatCheck } from '../../streams/nats/connection/outage.ts';
import { closingIn, lastOn } from '../../streams/nats/created.ts';
import { type StudyNaming, subjectsOf } from '../../streams/nats/protocol/subjects.ts';
import { studiesOn, whenBegun } from '../../streams/nats/studiesOn.ts';
import { aborted } from '../../streams/promises.ts';

/** Milliseconds between two checks for studies that begin or reopen. */
const CHECK_EVERY = 10_000;

/** A study on which a worker works. */
export interface Attended {
  /** Resolves when it has ended: because the study has closed, because a later check may succeed, or for good. */
  readonly ended: Promise<'closed' | 'again' | 'over'>;
  /** Stops working on a deleted study, unless one of its trials runs here. */
  leave(): void;
}

/**
 * Works on every open study of a server that matches, including those that begin or reopen later.
 *
 * @param attend begins to work on a study. @param warn called with the reason why a later check failed. @param signal ends it. @param naming how studies are
 * named there.
 * @returns resolves when the signal has aborted and no study is attended.
 * @throws StudyError if this user may not list studies.
 */
export async function followStudies(
  nc: Parameters<typeof studiesOn>[0],
  fits: (study: string) => boolean,
  attend: (study: string) => Attended,
  warn: (message: string) => void,
  signal: AbortSignal,
  naming?: StudyNaming,
): Promise<void> {
  const attended = new Map<string, Attended>();
  /** The position of the last fact about a closed study: it is still closed if nothing was written since. */
  const closedAt = new Map<string, number>();
  /** @param seen the position of the last fact about it, if that is known */
  const add = (study: string, seen?: number) => {
    if (attended.has(study) || !fits(study) || signal.aborted) return;
    const one = attend(study);
    attended.set(study, one);
    void one.ended.then(async (how) => {
      if (how === 'over') return;
      const position = how === 'closed' ? (await lastOn(nc, subjectsOf(study, naming)).catch(() => undefined))?.position : undefined;
      if (position !== undefined && position === seen) closedAt.set(study, position); // a fact that was written meanwhile may have reopened it
      attended.delete(study);
    });
  };
  const findNew = async () => {
    const names = await studiesOn(nc, naming);
    for (const [study, one] of attended) if (!names.includes(study)) one.leave();
    for (const study of names) {
      if (attended.has(study) || !fits(study)) continue;
      const last = await lastOn(nc, subjectsOf(study, naming));
      if (last === undefined || (closingIn(last.fact) === undefined && last.position !== closedAt.get(study))) add(study, last?.position);
    }
  };
  await findNew();
  const ends = [whenBegun(nc, naming, (study) => add(study)), repeatCheck(nc, findNew, CHECK_EVERY, warn)];
  await aborted(signal);
  for (const end of ends) end();
  await Promise.all([...attended.values()].map((one) => one.ended));
}
