import { past } from '../../streams/log/past.ts';
import { readLog } from '../../streams/nats/readLog.ts';
import type { RequestMethod } from '../../streams/nats/requests.ts';
import { request } from '../../streams/nats/studies.ts';
import type { Closed, Command } from '../facts/facts.ts';
import type { Said, Source } from './source.ts';

type Connection = Parameters<typeof readLog>[0];

/** A study on a server. What a person says goes through its engine. */
export async function natsSource(nc: Connection, study: string, place: string): Promise<Source> {
  const log = await readLog(nc, study);
  return {
    place,
    read: (from, signal) => log.read(from, signal),
    past: (from) => past(log, from),
    say: async (fact) => {
      const [method, data] = requestOf(fact);
      const { position } = (await request(nc, study, method, data)) as Pick<Said, 'position'>;
      return { position, running: true };
    },
  };
}

function requestOf(fact: Command | Closed): readonly [method: RequestMethod, data: object] {
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
