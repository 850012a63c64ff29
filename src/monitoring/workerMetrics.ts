import { Counter } from 'prom-client';
import type { Metrics } from './metrics.ts';

/** The metrics of a worker and its slots. */
export class WorkerMetrics {
  readonly #ended: Counter<'study' | 'outcome'>;
  readonly #seconds: Counter<'state'>;
  readonly #slots: number;
  #busy = 0;
  #since = performance.now();

  /** @param slots how many programs run at a time. */
  constructor(metrics: Metrics, slots: number) {
    this.#slots = slots;
    const measure = () => this.#measure();
    this.#ended = metrics.counter('worker_attempts_total', 'Attempts that ended in this worker, by how they ended.', 'study', 'outcome');
    this.#seconds = new Counter({
      name: 'hypertide_worker_slot_seconds_total',
      help: 'Seconds that the slots of this worker were busy and idle.',
      labelNames: ['state'],
      registers: [metrics.registry],
      collect: measure,
    });
    metrics.gauge('worker_slots', 'Programs that this worker runs at a time.', [], (set) => set({}, slots));
    metrics.gauge('worker_busy_slots', 'Programs that this worker runs now.', [], (set) => set({}, this.#busy));
  }

  /** A slot has taken a trial. */
  begin(): void {
    this.#measure();
    this.#busy++;
  }

  /** A slot is free again. @param outcome the type of the fact that ended the attempt. */
  end(study: string, outcome: string): void {
    this.#measure();
    this.#busy--;
    this.#ended.inc({ study, outcome });
  }

  #measure(): void {
    const now = performance.now();
    const seconds = (now - this.#since) / 1000;
    this.#since = now;
    this.#seconds.inc({ state: 'busy' }, seconds * this.#busy);
    this.#seconds.inc({ state: 'idle' }, seconds * (this.#slots - this.#busy));
  }
}
