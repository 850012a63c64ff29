import { jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { insist } from './patience.ts';
import type { Reply } from './rpc.ts';
import { subjectsOf } from './subjects.ts';

const PREFIX = subjectsOf('x').stream.slice(0, -1);

/** The names of the studies that a server holds. */
export async function studiesOn(nc: NatsConnection): Promise<string[]> {
  const jsm = await jetstreamManager(nc, { checkAPI: false });
  const names: string[] = [];
  for await (const name of await insist(nc, async () => jsm.streams.names()))
    if (name.startsWith(PREFIX)) names.push(name.slice(PREFIX.length));
  return names.sort();
}

/** Told of each study that begins. @returns ends it. */
export function whenBegun(nc: NatsConnection, begun: (study: string) => void): () => void {
  const advisory = '$JS.EVENT.ADVISORY.STREAM.CREATED';
  const subscription = nc.subscribe(`${advisory}.*`, {
    callback: (_, { subject }) => {
      const name = subject.slice(advisory.length + 1);
      if (name.startsWith(PREFIX)) begun(name.slice(PREFIX.length));
    },
  });
  return () => subscription.unsubscribe();
}

/** Asks a study's engine for something; the methods are those that `rpc.ts` answers. @throws Error with what it says. */
export async function request(nc: NatsConnection, study: string, method: string, data: object = {}): Promise<unknown> {
  const answer = await nc.request(subjectsOf(study).rpc(method), JSON.stringify(data), { timeout: 5000 }).catch((cause: Error) => {
    throw new Error(`no engine serves ${study} now (${cause.message})`, { cause });
  });
  const reply = answer.json<Reply>();
  if (!reply.ok) throw new Error(reply.error);
  return reply.result;
}
