import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Feed } from './feed.ts';

/** Positions whose times are kept, to measure how long decisions take. */
const REMEMBERED = 4096;

/** The metrics for Prometheus. */
export class Metrics {
  readonly registry = new Registry();
  readonly #feeds = new Set<Feed>();
  readonly #facts = new Counter({
    name: 'hypertide_facts_total',
    help: 'Entries of the log that count, by kind.',
    labelNames: ['study', 'kind'],
    registers: [this.registry],
  });
  readonly #suggestions = new Counter({
    name: 'hypertide_suggestions_total',
    help: 'Suggestions, by the first stage of their path.',
    labelNames: ['study', 'by'],
    registers: [this.registry],
  });
  readonly #rejected = new Counter({
    name: 'hypertide_rejected_total',
    help: 'Entries of the log that do not count, by reason.',
    labelNames: ['study', 'code'],
    registers: [this.registry],
  });
  readonly #asks = new Histogram({
    name: 'hypertide_ask_seconds',
    help: 'From the last fact that a decision knew to the suggestion, by the times in the log.',
    labelNames: ['study'],
    buckets: [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30],
    registers: [this.registry],
  });
  readonly #models = new Histogram({
    name: 'hypertide_model_seconds',
    help: 'What a strategy takes for an answer, fitting its model included, where the study runs in this process.',
    labelNames: ['study', 'strategy'],
    buckets: [0.0001, 0.001, 0.01, 0.1, 1, 10],
    registers: [this.registry],
  });

  constructor() {
    const feeds = this.#feeds;
    new Gauge({
      name: 'hypertide_open_trials',
      help: 'Trials that are open now.',
      labelNames: ['study'],
      registers: [this.registry],
      collect() {
        for (const feed of feeds) this.set({ study: feed.id }, feed.begun?.ledger.running ?? 0);
      },
    });
  }

  /** Counts what is in a study's log, from its beginning. */
  count(feed: Feed): void {
    const study = feed.id;
    const times = new Map<number, number>();
    this.#feeds.add(feed);
    feed.listen(({ position, at, fact, refusal }) => {
      times.set(position, at);
      times.delete(position - REMEMBERED);
      if (refusal) return this.#rejected.inc({ study, code: refusal.code });
      this.#facts.inc({ study, kind: fact.type });
      if (fact.type !== 'suggested') return;
      const { by, after } = fact;
      this.#suggestions.inc({ study, by: by.split('/')[0]! });
      const known = after === undefined ? undefined : times.get(after);
      if (known !== undefined) this.#asks.observe({ study }, Math.max(0, at - known) / 1000);
    });
  }

  /** Records how long a strategy took for an answer. */
  answered(study: string, strategy: string, seconds: number): void {
    this.#models.observe({ study, strategy }, seconds);
  }
}
