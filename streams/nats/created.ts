import type { NatsConnection } from '@nats-io/nats-core';
import type { Created } from '../../src/facts/facts.ts';
import { isRefusal, parseFact } from '../../src/facts/parse.ts';
import { insist } from './patience.ts';
import { subjectsOf } from './subjects.ts';

const PAUSE = 1000;

/** The first fact of a study: what its parameters and objectives are. Waits for a study that is not there yet, until the signal aborts. */
export async function createdOn(nc: NatsConnection, study: string, signal?: AbortSignal): Promise<Created> {
  const { stream } = subjectsOf(study);
  while (!signal?.aborted) {
    const ask = () => nc.request(`$JS.API.DIRECT.GET.${stream}`, JSON.stringify({ seq: 1 }), { timeout: 2000 });
    const answer = await (signal ? ask().catch(() => undefined) : insist(nc, ask));
    const fact = answer && answer.data.length > 0 ? parseFact(answer.json()) : undefined;
    if (fact && !isRefusal(fact) && fact.type === 'created') return fact;
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
  throw signal?.reason;
}
