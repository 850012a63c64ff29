import type { NatsConnection } from '@nats-io/nats-core';
import type { Created } from '../../src/facts/facts.ts';
import { isRefusal, parseFact } from '../../src/facts/parse.ts';
import { jsonOf } from './connection.ts';
import { isForbidden, isPassing } from './retry.ts';
import { subjectsOf } from './subjects.ts';

/** Milliseconds between two looks. */
const PAUSE = 250;

/**
 * The first fact of a study: what its parameters and objectives are. Waits for a study that is not there yet, and for a server that is away.
 *
 * @throws the reason of the signal when it aborts; what the server refuses.
 */
export async function createdOn(nc: NatsConnection, study: string, signal?: AbortSignal): Promise<Created> {
  const { stream, created } = subjectsOf(study);
  /** The fact; undefined if it does not exist or must not be read. */
  const look = async (subject: string, data = ''): Promise<Created | undefined> => {
    const answer = await nc.request(`$JS.API.DIRECT.GET.${stream}${subject}`, data, { timeout: 2000 }).catch((error) => {
      if (nc.isClosed() || !(isPassing(error) || isForbidden(error))) throw error;
    });
    const fact = answer && answer.data.length > 0 ? parseFact(jsonOf(answer)) : undefined;
    return fact && !isRefusal(fact) && fact.type === 'created' ? fact : undefined;
  };
  while (!signal?.aborted) {
    const fact = (await look(`.${created}`)) ?? (await look('', JSON.stringify({ seq: 1 }))); // where older versions put it
    if (fact) return fact;
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
  throw signal.reason;
}
