import { turnsOf } from '../../../streams/engine/timeout.ts';
import { whyOf } from '../../../streams/explanation/whyOf.ts';
import { parseStrategy } from '../../../streams/spec/spec.ts';
import type { Entry } from '../../facts/entry.ts';
import { RefusedError, unknownTrial } from '../../study/commands.ts';
import { examplesOf, importancesAt, importancesOf, recommendedOf } from '../feed/byResults.ts';
import { Feed, feeding } from '../feed/feed.ts';
import { momentsOf } from '../feed/moments.ts';
import { reportOf } from '../feed/report.ts';
import { LEFT, type Question } from './question.ts';

export { failureOf } from '../../errors.ts';

/** Entries that are read before it looks whether the question still stands. */
const BATCH = 64;
/** Milliseconds of work after which it does. */
const TURN_MS = 10;

/** The study whose log the thread holds. */
let study: ReturnType<typeof holding> | undefined;
let asking = new AbortController();

/** Begins the log of another study. */
export function begin(named: { readonly id: string; readonly place: string }): void {
  study = holding(named);
}

/** Takes the next entries of the log. */
export const add = (entries: readonly Entry[]): void => study!.add(entries);

/** Gives up the question that is being answered. */
export const stopAnswering = (): void => asking.abort(new RefusedError(LEFT));

/** @throws RefusedError */
export function answer(question: Question): Promise<unknown> {
  asking = new AbortController();
  return answers[question.what](study!, question);
}

type Held = ReturnType<typeof holding>;

const answers: Readonly<Record<Question['what'], (study: Held, question: Question) => Promise<unknown>>> = {
  why: async ({ feed: { source, begun } }, { trial = 0 }) => {
    const why = begun && (await whyOf({ source, ...begun }, trial, parseStrategy));
    if (!why) throw new RefusedError(unknownTrial(trial));
    return why;
  },
  importance: async ({ feed }, { objective, at }) =>
    (await (at === undefined ? importancesOf(feed, objective) : importancesAt(feed, at, objective))) ?? null,
  recommend: async ({ feed }) => (await recommendedOf(feed)) ?? null,
  examples: async ({ feed }) => (await examplesOf(feed)) ?? null,
  moment: ({ moments }, question) => moments(question),
  getReport: async ({ feed }) => new TextEncoder().encode(await reportOf([feed])), // once for all readers
};

/** A study of which the thread has all entries. */
function holding({ id, place }: Parameters<typeof begin>[0]) {
  const all: Entry[] = [];
  async function* past(from: number) {
    const takeTurn = turnsOf(TURN_MS);
    for (let at = all.findIndex(({ position }) => position >= from); at >= 0 && at < all.length; at += BATCH) {
      asking.signal.throwIfAborted();
      yield all.slice(at, at + BATCH);
      await takeTurn(); // so that it hears of a cancellation
    }
  }
  const feed = new Feed(id, { place, past, read: past }, async () => {});
  const fold = feeding(feed);
  return {
    feed,
    moments: momentsOf(feed),
    add: (entries: readonly Entry[]) => {
      for (const entry of entries) {
        all.push(entry);
        fold(entry);
      }
    },
  };
}
