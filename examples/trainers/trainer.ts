// npx tsx examples/trainers/trainer.ts nats://127.0.0.1:4222 plain w1 (the numbers are the steps of a trial in docs/reference/asyncapi.yaml)
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type Msg } from '@nats-io/transport-node';

async function train({ x = 0, steps = 3, pause = 0.01, outcome = '' }, report: (step: number, value: number) => Promise<void>) {
  for (let step = 1; step <= steps; step++) await sleep(1000 * pause).then(() => report(step, x + step)); // your training goes here
  if (outcome === 'error') throw new Error('this configuration is wrong');
  return outcome === 'nan' ? Number.NaN : x;
}

type Message = { type: string; trial: number; attempt: number; params: object; run: string; code: string; by: string; avoid?: string[] };
const [servers = '', study = '', name = ''] = process.argv.slice(2);
const nc = await connect({ servers, maxReconnectAttempts: -1, waitOnFirstConnect: true, pingInterval: 2000, maxPingOut: 2 });
const [js, jsm] = [jetstream(nc, { timeout: 2000 }), await jetstreamManager(nc, { checkAPI: false, timeout: 2000 })];
let [isOver, isLost, stoppedBy, trial, run] = [false, false, '', 0, ''];
const insist = <T>(ask: () => Promise<T>): Promise<T> => ask().catch(() => sleep(200).then(() => insist(ask)));
const last = (subject: string) => insist(() => jsm.direct.getMessage(`HT_${study}`, { last_by_subj: `ht.${study}.log.${subject}` }));
const send = (subject: string, message: object) => nc.publish(`ht.${study}.${subject}`, JSON.stringify(message));
const publish = async (type: string, fields: object, msgID = randomUUID()) => {
  const [subject, fact] = [`ht.${study}.log.by.${name}.${trial}`, JSON.stringify({ type, trial, run, ...fields })];
  if (!isLost) await insist(() => js.publish(subject, fact, { msgID })); // of a lost run, send nothing more
};
function hear(_: unknown, message: Msg): void {
  const about = message.json<Message>();
  if (message.headers?.has('Nats-Stream')) return; // not from the engine
  if (about.type === 'closed') isOver = true;
  if (about.type === 'stop' && about.trial === trial) stoppedBy = about.by;
  if (about.run === run && (about.type === 'started' || about.code === 'ended')) isLost = true;
}
for (const subject of ['directive.*', `rejected.${name}`]) nc.subscribe(`ht.${study}.${subject}`, { callback: hear });
const queue = await insist(() => js.consumers.get(`HT_${study}`, 'trainers'));
const objective = (await last('created'))!.json<{ objectives: [{ name: string }] }>().objectives[0].name;
isOver ||= (await last('study'))?.json<Message>().type === 'closed';
setInterval(send, 5000, `beat.${name}.0`, { slots: 1 }).unref();
while (!isOver) {
  const suggestion = await queue.next({ expires: 5000 }).catch(() => sleep(200, null)); // 1
  if (!suggestion) continue;
  const { params, attempt, avoid, ...suggested } = suggestion.json<Message>();
  const held = (await last(`by.*.${suggested.trial}`))?.json<Message>().attempt ?? 0; // 2
  if (avoid?.includes(name)) suggestion.nak(250);
  else if (held >= attempt) suggestion.ack();
  else {
    [trial, run, isLost, stoppedBy] = [suggested.trial, randomUUID(), false, ''];
    await publish('started', { attempt, trainer: name }); // 3
    suggestion.ack(); // 4
    const beats = setInterval(send, 333 * Number(suggestion.headers?.get('Hypertide-Lease') || 30), `beat.${name}.${trial}`, { run }); // 5
    const result = await train(params, async (step, value) => {
      await publish('reported', { step, values: { [objective]: value } }); // 6
      if (isLost || stoppedBy) throw new Error('the trial is over');
    }).catch(String); // 7
    if (stoppedBy) await publish('stopped', { by: stoppedBy });
    else if (typeof result === 'string') await publish('failed', { reason: 'error', message: result });
    else if (Number.isFinite(result)) await publish('completed', { values: { [objective]: result } });
    else await publish('failed', { reason: 'non-finite' });
    clearInterval(beats);
  }
}
await nc.close();
