import { insertSorted } from '../numeric/sorted.ts';

interface Event {
  readonly at: number;
  readonly act: () => void;
}

const earlier = (a: Event, b: Event): boolean => a.at < b.at;

/** Events in virtual time. Events at the same time happen in the order in which they were planned. (RxJS's virtual scheduler sorts all events each time.) */
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

  /** Runs the next event. @returns false if there is none. */
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
