// A process of `checkpoints`: a trainer that saves or restores, or a plain copy through the object store.
import { createReadStream, createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { jetstream } from '@nats-io/jetstream';
import { Objm } from '@nats-io/obj';
import { connect } from '@nats-io/transport-node';
import { restoreCheckpoint, saveCheckpoint } from '../../streams/nats/checkpoints/transfer.ts';
import { ownCpu } from './measure.ts';

interface Run {
  readonly server: string;
  readonly study: string;
  readonly trainer: string;
  readonly trial: number;
  readonly run: string;
  readonly path: string;
}
/** What to do: with a run of a study, or with an object. */
export type CopyJob =
  | ({ readonly type: 'save' } & Run)
  | ({ readonly type: 'restore'; readonly reference: string } & Run)
  | { readonly type: 'put' | 'get'; readonly server: string; readonly name: string; readonly path: string };

/** What it took. */
export interface Copied {
  readonly seconds: number;
  /** Seconds of CPU. */
  readonly cpu: number;
  /** Megabytes at most, above those before. */
  readonly memory: number;
  readonly reference?: string;
}

const job = JSON.parse(process.argv[2]!) as CopyJob;
const nc = await connect({ servers: job.server });

async function perform(): Promise<string | undefined> {
  if (job.type === 'save') return saveCheckpoint({ ...job, nc }, job.path);
  if (job.type === 'restore') return void (await restoreCheckpoint({ ...job, nc }, job.reference, job.path));
  const store = await new Objm(jetstream(nc)).create('bench');
  if (job.type === 'put') {
    await store.put({ name: job.name }, Readable.toWeb(createReadStream(job.path)) as never);
    return undefined;
  }
  const object = (await store.get(job.name))!;
  await pipeline(Readable.fromWeb(object.data as ReadableStream), createWriteStream(job.path));
  await object.error;
  return undefined;
}

const idle = process.memoryUsage.rss();
let peak = idle;
const look = setInterval(() => {
  peak = Math.max(peak, process.memoryUsage.rss());
}, 5);
const before = ownCpu();
const since = performance.now();
const reference = await perform();
const seconds = (performance.now() - since) / 1000;
const cpu = (ownCpu() - before) / 1e6;
clearInterval(look);
process.send!({ seconds, cpu, memory: (peak - idle) / 1e6, ...(reference && { reference }) } satisfies Copied);
await nc.close();
process.disconnect();
