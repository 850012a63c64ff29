import { setTimeout as sleep } from 'node:timers/promises';
import { AckPolicy, type ConsumerInfo, type JetStreamManager, jetstreamManager, type StreamInfo } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/nats-core';
import { parseFact } from '../../../src/facts/parse.ts';
import type { PlacedStudy } from '../../../src/study/place.ts';
import type { TrainerRow } from '../../../src/study/trainerRows.ts';
import type { TrialRow } from '../../../src/study/trials.ts';
import { isCode, isStreamMissing } from '../connection/retry.ts';
import { closingIn } from '../created.ts';
import { type StudyNaming, type Subjects, subjectsOf, TRAINERS } from '../protocol/subjects.ts';
import { request } from '../studiesOn.ts';

/** Studies whose streams are asked for at a time. */
const STUDIES_AT_ONCE = 64;
/** Milliseconds between two looks: what only the first one shows is passing. */
const SECOND_LOOK_MS = 2000;
/** Leases for which a trial may wait for a worker, while workers ask for trials. After three, the engine offers it again. */
const LEASES = 5;
const NOT_FOUND = 10014;

/** What is wrong with the streams and the consumers of studies, as sentences that begin with a name. Asks twice, with the rights of an admin. */
export async function ailmentsOf(nc: NatsConnection, naming: StudyNaming, studies: readonly PlacedStudy[]): Promise<readonly string[]> {
  const first = await examine(nc, naming, studies);
  if (first.size === 0) return [];
  await sleep(SECOND_LOOK_MS);
  const again = await examine(nc, naming, studies);
  return [...again].flatMap(([what, sentence]) => (first.has(what) ? [sentence] : []));
}

/** The sentences, by what they are about. */
async function examine(nc: NatsConnection, naming: StudyNaming, studies: readonly PlacedStudy[]): Promise<ReadonlyMap<string, string>> {
  const jsm = await jetstreamManager(nc, { checkAPI: false, apiPrefix: naming.apiPrefix });
  const found = new Map<string, string>();
  const look = async ({ study, isRun, status }: PlacedStudy) => {
    const subjects = subjectsOf(study, naming);
    const note = (what: string, text: string) => void found.set(`${study} ${what}`, `${study}: ${text}`);
    try {
      examineCopies(await jsm.streams.info(subjects.stream), 'its copy', note);
      if (!isRun && !(await hasClosed(jsm, subjects))) note('engine', 'no engine serves it');
      if (isRun && status !== undefined && status.closed === undefined) await examineDelivery(nc, jsm, subjects, note);
    } catch (error) {
      if (!isStreamMissing(error)) note('stream', (error as Error).message); // it was deleted meanwhile
    }
  };
  for (let i = 0; i < studies.length; i += STUDIES_AT_ONCE) await Promise.all(studies.slice(i, i + STUDIES_AT_ONCE).map(look));
  return found;
}

/** Whether the last that an engine wrote about a study is that it has closed: then it needs no engine. */
async function hasClosed(jsm: JetStreamManager, { stream, study }: Subjects): Promise<boolean> {
  const last = await jsm.streams.getMessage(stream, { last_by_subj: study });
  return last !== null && closingIn(parseFact(last.json())) !== undefined;
}

type Note = (what: string, text: string) => void;

/** A server that has started again may keep a copy that it does not bring up to date, while its health is good. */
function examineCopies({ cluster }: { readonly cluster?: StreamInfo['cluster'] | undefined }, copy: string, note: Note): void {
  for (const { name, current, offline, lag = 0 } of cluster?.replicas ?? []) {
    if (offline) note(`${copy} ${name}`, `${copy} on ${name} is away`);
    else if (!current)
      note(`${copy} ${name}`, `${copy} on ${name} is ${lag} entries behind: if it stays so, restart this server when all others are well`);
  }
}

/** Whether workers get the trials of an open study. */
async function examineDelivery(nc: NatsConnection, jsm: JetStreamManager, subjects: Subjects, note: Note): Promise<void> {
  const { stream, suggested } = subjects;
  const workers = (await request(nc, subjects, 'trainers')) as readonly TrainerRow[];
  for (const { trainer, to, reason, connected } of workers)
    if (to === 'pause' && connected)
      note(`worker ${trainer}`, `its worker ${trainer} is paused${reason === undefined ? '' : `: ${reason}`}`);
  for await (const { name, config } of jsm.consumers.list(stream))
    if (name !== TRAINERS && config.durable_name !== undefined)
      note(`consumer ${name}`, `hypertide did not make the consumer ${name} on its stream: delete it if you do not need it`);
  let info: ConsumerInfo;
  try {
    info = await jsm.consumers.info(stream, TRAINERS);
  } catch (error) {
    if (!isCode(error, NOT_FOUND)) throw error;
    return note('consumer', `nothing delivers its trials: its consumer ${TRAINERS} is missing, though its engine makes it again`);
  }
  const { config, num_ack_pending: pending, num_waiting: asking, cluster } = info;
  examineCopies({ cluster }, 'the state of its deliveries', note);
  const mend = `delete its consumer ${TRAINERS}, and its engine makes it again`;
  const { filter_subject, ack_policy, max_deliver = -1, max_ack_pending = 0 } = config;
  if (filter_subject !== suggested || ack_policy !== AckPolicy.Explicit || max_deliver > 0)
    return note('consumer', `its consumer ${TRAINERS} has other settings than an engine gives it, so that workers miss trials: ${mend}`);
  if (max_ack_pending > 0 && pending >= max_ack_pending)
    return note('consumer', `deliveries that have not been claimed: ${pending}, and the server makes no others: ${mend}`);
  if (asking === 0) return; // all workers are busy, or there are none
  const longest = (LEASES * (config.ack_wait ?? 0)) / 1e6;
  const now = Date.parse(String(info.ts)); // by the clock of the server, as the times in the log
  const { trials: open } = (await request(nc, subjects, 'trials', { status: 'open' })) as { readonly trials: readonly TrialRow[] };
  const hidden = open.filter(({ running, suggestedAt }) => running === undefined && now - suggestedAt > longest);
  if (hidden.length === 0) return;
  const trials = hidden.map(({ trial }) => trial);
  note(
    'hidden',
    `${trials.length === 1 ? `trial ${trials[0]} waits` : `trials ${trials.slice(0, 10).join(', ')} wait`} for more than ${LEASES} leases, although workers ask: ` +
      `no worker has what the study requires, or a client has got ${pending === 1 ? 'its delivery' : `${pending} deliveries`} and does not claim them`,
  );
}
