import { natsLog } from '../../streams/nats/log.ts';
import { request } from '../../streams/nats/studies.ts';
import type { Closed, Command } from '../facts/facts.ts';
import { type Source, until } from './source.ts';

type Connection = Parameters<typeof natsLog>[0];

/** A study on a server. What a person says goes through its engine. */
export async function natsSource(nc: Connection, study: string, place: string): Promise<Source> {
  const log = await natsLog(nc, study, { create: false });
  return {
    place,
    read: (from, signal) => log.read(from, signal),
    past: (from) => until(log, from),
    say: async (fact) => {
      const [method, data] = requestOf(fact);
      await request(nc, study, method, data);
    },
  };
}

function requestOf(fact: Command | Closed): readonly [method: string, data: object] {
  switch (fact.type) {
    case 'enqueued':
      return ['enqueue', { params: fact.params }];
    case 'retracted':
      return ['retract', { trial: fact.trial }];
    case 'cancelled':
      return ['cancel', { trial: fact.trial }];
    case 'changed': {
      const { type: _, ...changes } = fact;
      return ['change', changes];
    }
    case 'closed':
      return ['close', {}];
  }
}
