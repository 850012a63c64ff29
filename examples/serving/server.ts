import { InfeasibleError } from 'hypertide';
import seedrandom from 'seedrandom';

export interface Request {
  /** Seconds from the start of the trace. */
  readonly at: number;
  /** Tokens that are read. */
  readonly length: number;
  /** Requests with the same beginning, such as a document, have the same number. */
  readonly document: number;
}
export interface Serving {
  readonly replicas: number;
  /** How many requests a replica answers together. */
  readonly batch: number;
  /** How many seconds a replica waits for a batch to fill. */
  readonly patience: number;
  /** Gigabytes of each replica that keep documents which were read. */
  readonly cache: number;
}

/** A replica has this many gigabytes for its cache and for the requests that it works on. */
const memory = 24;
const gigabytesPerToken = 4e-4;

/** 400 requests. Traces differ in how busy they are, how long the requests are, and how often documents come again. */
export function trace(name: string): readonly Request[] {
  const random = seedrandom.alea(name);
  const [rate, tokens, documents] = [2 * 6 ** random(), 500 * 6 ** random(), 5 * 40 ** random()];
  let at = 0;
  return Array.from({ length: 400 }, () => {
    at += -Math.log(1 - random()) / rate;
    const document = Math.floor(documents * random() ** 2);
    return { at, document, length: Math.round(tokens * (0.5 + ((document * 0.618) % 1))) };
  });
}

/** A simulation. @throws InfeasibleError if a batch does not fit into the memory */
export function serve({ replicas, batch, patience, cache }: Serving, requests: readonly Request[]) {
  const machines = Array.from({ length: replicas }, () => ({ free: 0, known: new Map<number, number>() }));
  const latencies: number[] = [];
  let next = 0;
  while (next < requests.length) {
    const machine = machines.reduce((a, b) => (a.free <= b.free ? a : b));
    const begin = Math.max(machine.free, requests[next]!.at);
    // The batch: what waits now, and what comes before patience ends.
    const last = requests.findIndex(({ at }, i) => i >= next && (at > begin + patience || i >= next + batch));
    const taken = requests.slice(next, last < 0 ? requests.length : last);
    next += taken.length;
    const needed = cache + gigabytesPerToken * taken.reduce((sum, { length }) => sum + length, 0);
    if (needed > memory)
      throw new InfeasibleError(`out of memory: ${needed.toFixed(1)} GB for a cache of ${cache} GB and ${taken.length} requests`);
    const isFull = taken.length === batch;
    const ready = isFull ? Math.max(begin, taken.at(-1)!.at) : begin + patience;
    const read = taken.reduce((sum, { document, length }) => sum + (remembers(machine.known, document, length, cache) ? 0 : length), 0);
    machine.free = ready + 0.3 + 1e-4 * read + 0.01 * taken.length;
    for (const { at } of taken) latencies.push(machine.free - at);
  }
  latencies.sort((a, b) => a - b);
  const hours = requests.at(-1)!.at / 3600;
  return { latency: latencies[Math.floor(0.95 * latencies.length)]!, usd: 1.5 * replicas * hours };
}

/** Whether a document is in the cache. It is, afterwards, and those that were not used for the longest time leave. */
function remembers(known: Map<number, number>, document: number, length: number, cache: number): boolean {
  const was = known.delete(document);
  known.set(document, length);
  const used = () => [...known.values()].reduce((sum, tokens) => sum + tokens * gigabytesPerToken, 0);
  while (known.size > 0 && used() > cache) known.delete(known.keys().next().value!);
  return was;
}
