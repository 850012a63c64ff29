import { insertSorted } from '../numeric/sorted.ts';

interface Event {
  readonly at: number;
  readonly act: () => void;
}

const earlier = (a: Event, b: Event): boolean => a.at < b.at;

/** Virtual time: what is to happen when. Of the same moment, what was planned first comes first. (RxJS's virtual scheduler sorts all at each turn.) */
export class Agenda {
  readonly #events: Event[] = [];
  #past = 0;
  #now = 0;

  get now(): number {
    return this.#now;
  }

  after(seconds: number, act: () => void): void {
    insertSorted(this.#events, { at: this.#now + seconds, act }, earlier);
  }

  /** Lets the next thing happen. @returns false where there is none. */
  next(): boolean {
    const event = this.#events[this.#past];
    if (event === undefined) return false;
    if (++this.#past > 1024 && 2 * this.#past > this.#events.length) {
      this.#events.splice(0, this.#past);
      this.#past = 0;
    }
    this.#now = event.at;
    event.act();
    return true;
  }
}
