import type { Created } from '../../src/facts/facts.ts';
import { omitUndefined } from '../../src/schema/omitUndefined.ts';
import type { TrialId } from '../../src/strategy/messages.ts';
import { NOT_BEGUN, RefusedError } from '../../src/study/commands.ts';
import { verbs } from '../../src/study/verbs.ts';
import { type ClaimReply, newName, type Recorded, type TrainerPort } from '../study/port/port.ts';
import { type Client, type ClientOptions, clientOf } from './client.ts';

/** Seconds that the server lets an ask wait. Then it is asked again. */
const WAIT = 30;

/** What a trainer asks of a study behind HTTP. It sends the heartbeats of its claims itself. */
export function trainerOver<P>(client: Client): TrainerPort<P> {
  /** The last report of each trial: the study takes facts in their order, and requests may overtake each other. */
  const reports = new Map<TrialId, Promise<Recorded>>();
  return {
    heartbeat: (trial, run) => client.post(`/trials/${trial}/heartbeat`, { body: { run } }),
    ask: async ({ fixed, run = newName(), trainer, signal }) => {
      const body = omitUndefined({ run, wait: WAIT, fixed, trainer });
      for (;;) {
        signal?.throwIfAborted();
        const reply = await client.post<ClaimReply<P>>('/ask', { body, signal });
        if (reply.next !== 'wait') return reply;
      }
    },
    record: ({ type, trial, ...said }) => {
      const body = { ...said, attempt: undefined }; // the run names it
      const send = () => client.post<Recorded>(`/trials/${trial}/${verbs[type]}`, { body, key: newName() });
      const sent = reports.get(trial)?.then(send, send) ?? send();
      if (type === 'reported') reports.set(trial, sent);
      else reports.delete(trial);
      return sent;
    },
  };
}

/**
 * The port of a trainer, which need not have the right to read the log, and the first fact of the study.
 *
 * @throws as `openStudy`
 */
export async function openTrainer<P>(
  address: string,
  options: ClientOptions,
): Promise<{ readonly created: Created; readonly port: TrainerPort<P> }> {
  const client = clientOf(address, options);
  const { created } = await client.get<{ readonly created?: Created }>('');
  if (!created) throw new RefusedError(NOT_BEGUN);
  return { created, port: trainerOver(client) };
}
