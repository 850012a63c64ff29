import { readUpTo } from '../../../streams/log/past.ts';
import { RefusedError } from '../../study/commands.ts';
import type { Feed } from '../feed/feed.ts';
import { LEFT, type Question } from './question.ts';
import { Thread } from './thread.ts';

/** A question that waits for its answer. Equal ones are one. */
interface Asked {
  readonly feed: Feed;
  readonly question: Question;
  readonly user: string;
  readonly key: string;
  readonly answer: Promise<unknown>;
  readonly settle: (answer: Promise<unknown>) => void;
  /** How many readers wait for it. */
  readers: number;
}

/** The most questions of one user that wait. */
const MOST_WAITING = 32;
/** Milliseconds without a question before the thread ends, which holds a log. */
const REST_MS = 60_000;

/**
 * Answers questions that read much of a log, one after another, in a thread that holds the log of one study at a time. Users take turns. When the last
 * reader of a question leaves, it is dropped, even while the thread works on it.
 */
export class Questions {
  readonly #asked = new Map<string, Asked>();
  #answering: Asked | undefined;
  #thread: Thread | undefined;
  /** The study whose log the thread holds, and the last position that it knows. */
  #feed: Feed | undefined;
  #known = 0;
  #resting: ReturnType<typeof setTimeout> | undefined;

  /** @throws RefusedError, also if too many questions of the user wait */
  async ask(feed: Feed, question: Question, user: string, signal?: AbortSignal): Promise<unknown> {
    await feed.caughtUp;
    const key = JSON.stringify([feed.id, feed.position, question]);
    const asked = this.#asked.get(key) ?? this.#add(feed, question, user, key);
    asked.readers++;
    const leave = () => {
      if (--asked.readers === 0) this.#drop(asked);
    };
    signal?.addEventListener('abort', leave);
    if (signal?.aborted) leave();
    return asked.answer.finally(() => signal?.removeEventListener('abort', leave));
  }

  #add(feed: Feed, question: Question, user: string, key: string): Asked {
    const waiting = [...this.#asked.values()].filter((one) => one.user === user && one !== this.#answering).length;
    if (waiting >= MOST_WAITING)
      throw new RefusedError({
        code: 'busy',
        message: `${user} has ${waiting} questions waiting, the most for one user: ask again when some are answered`,
      });
    let settle!: Asked['settle'];
    const answer = new Promise<unknown>((resolve) => {
      settle = resolve;
    });
    const asked: Asked = { feed, question, user, key, answer, settle, readers: 0 };
    this.#asked.set(key, asked);
    if (!this.#answering) void this.#answerAll(asked);
    return asked;
  }

  async #answerAll(first: Asked): Promise<void> {
    clearTimeout(this.#resting);
    for (let next: Asked | undefined = first; next; next = this.#after(next.user)) {
      this.#answering = next;
      const answer = this.#answer(next);
      await answer.catch(() => {});
      next.settle(answer);
      this.#forget(next);
    }
    this.#answering = undefined;
    this.#resting = setTimeout(() => this.close(), REST_MS).unref();
  }

  /** The oldest question of another user, if there is one, or of this one. */
  #after(user: string): Asked | undefined {
    const waiting = [...this.#asked.values()];
    return waiting.find((one) => one.user !== user) ?? waiting[0];
  }

  async #answer(asked: Asked): Promise<unknown> {
    const { feed, question } = asked;
    this.#thread ??= new Thread();
    try {
      if (this.#feed !== feed) {
        this.#known = 0;
        await this.#thread.call('begin', { id: feed.id, place: feed.source.place });
        this.#feed = feed;
      }
      const { position } = feed;
      for await (const entries of this.#known < position ? readUpTo(feed.source.past(this.#known + 1), position) : []) {
        await this.#thread.call('add', entries);
        this.#known = entries.at(-1)!.position;
        if (asked.readers === 0) throw new RefusedError(LEFT);
      }
      return await this.#thread.call('answer', question);
    } catch (error) {
      if (!(error instanceof RefusedError)) this.close(); // its state is not known
      throw error;
    }
  }

  #drop(asked: Asked): void {
    this.#forget(asked);
    if (asked === this.#answering) this.#thread?.cancel();
    else asked.settle(Promise.reject(new RefusedError(LEFT)));
  }

  /** A question that was dropped while it was answered may have been asked again. */
  #forget(asked: Asked): void {
    if (this.#asked.get(asked.key) === asked) this.#asked.delete(asked.key);
  }

  close(): void {
    clearTimeout(this.#resting);
    this.#thread?.close();
    this.#thread = undefined;
    this.#feed = undefined;
  }
}
