import { withResolvers } from '../../../streams/promises.ts';
import { casesOf } from '../attack.ts';
import type { User, Victim } from '../world.ts';

const attack = casesOf('rights');

/** Sends a request. @returns whether the server did it */
export const asks = (user: User, subject: (of: Victim) => string, data: string) => async (at: Victim) => {
  const nc = await at.as(user);
  const answer = await at.answered((timeout) => nc.request(subject(at), data, { timeout }));
  if (answer === undefined || (answer.headers?.code ?? 0) >= 400) return false;
  if (answer.headers?.get('Nats-Sequence')) return true; // a message of the log
  const { error, ok = true } = answer.data.length > 0 ? answer.json<{ error?: unknown; ok?: boolean }>() : {};
  return error === undefined && ok;
};

/** Subscribes. @returns whether a message of the engine or of another user arrives */
export const hears = (user: User, subject: string, said: (of: Victim) => string) => async (at: Victim) => {
  const nc = await at.as(user);
  const heard = withResolvers<void>();
  const to = said(at);
  const spy = nc.subscribe(subject.replaceAll('$', at.study), {
    callback: (error, message) => {
      if (!error && message.subject === to) heard.resolve();
    },
  });
  await nc.flush();
  await at.tell(to);
  const result = await at.comes(heard.promise);
  spy.unsubscribe();
  return result;
};

export const api = (request: string) => (of: Victim) => `$JS.API.${request.replace('HT', of.subjects.stream)}`;
export const rpc = (method: string) => (of: Victim) => of.subjects.rpc(method);
export const list = (of: Victim): string => of.subjects.list;

const requests: readonly (readonly [what: string, ...Parameters<typeof asks>])[] = [
  ['a trainer creates a stream', 'w1', api('STREAM.CREATE.mine'), '{"name":"mine","subjects":["mine"]}'],
  ['a trainer lists consumers', 'w1', api('CONSUMER.LIST.HT'), ''],
  ['a trainer reads the state of the consumer', 'w1', api('CONSUMER.INFO.HT.trainers'), ''],
  ['a trainer reads all trials', 'w1', rpc('trials'), '{}'],
  ['a trainer reads the log from the engine', 'w1', rpc('log'), '{}'],
  ['a trainer drains another one', 'w1', rpc('instruct'), '{"trainer":"w2","to":"drain"}'],
  ['a trainer lists the studies', 'w1', list, '{}'],
  ['a trainer has the study loaded', 'w1', rpc('load'), '{}'],
  ['a viewer creates the stream of summaries', 'viewer', () => '$JS.API.STREAM.CREATE.HTS', '{"name":"HTS","subjects":["ht.*.summary"]}'],
  ['a trainer lists the others', 'w1', rpc('trainers'), '{}'],
  ['a viewer drains a trainer', 'viewer', rpc('instruct'), '{"trainer":"w2","to":"drain"}'],
  ['a viewer deletes the stream', 'viewer', api('STREAM.DELETE.HT'), ''],
  ['an operator deletes the stream', 'operator', api('STREAM.DELETE.HT'), ''],
  ['an operator reads the log by number', 'operator', api('DIRECT.GET.HT'), '{"seq":1}'],
  ['an engine deletes the stream', 'engine', api('STREAM.DELETE.HT'), ''],
];

const subscriptions: readonly (readonly [what: string, ...Parameters<typeof hears>])[] = [
  ["a trainer listens to another's facts", 'w1', 'ht.$.log.by.w2.*', ({ subjects }) => subjects.by('w2', 1)],
  ['a trainer listens to the status of the study', 'w1', 'ht.$.status', ({ subjects }) => subjects.status],
  ['a trainer listens to requests of people', 'w1', 'ht.$.rpc.>', ({ subjects }) => subjects.rpc('study')],
  ["a trainer listens to the engine's inbox", 'w1', '_INBOX_engine.>', () => '_INBOX_engine.x'],
  ['a viewer listens to heartbeats', 'viewer', 'ht.$.beat.>', ({ subjects }) => subjects.beat('w2', 1)],
  ['a viewer answers for the list of studies in place of engines', 'viewer', 'ht._all.rpc.studies', list],
  ['a viewer answers requests in place of the engine', 'viewer', 'ht.$.rpc.*', ({ subjects }) => subjects.rpc('best')],
];

export const rightsAttacks = [
  ...requests.map(([what, ...more]) => attack('configuration', what, async (world) => asks(...more)(await world.study()))),
  ...subscriptions.map(([what, ...more]) => attack('configuration', what, async (world) => hears(...more)(await world.study()))),
  attack('no deletion', 'an administrator purges the log', async (world) => {
    const at = await world.study();
    return asks('everything', api('STREAM.PURGE.HT'), '')(at);
  }),
  attack('no deletion', 'an administrator deletes an entry', async (world) => {
    const at = await world.study();
    return asks('everything', api('STREAM.MSG.DELETE.HT'), '{"seq":2}')(at);
  }),
];
