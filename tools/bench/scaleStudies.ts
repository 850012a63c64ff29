// Many studies in one `hypertide serve`.
import { setTimeout } from 'node:timers/promises';
import type { NatsConnection } from '@nats-io/nats-core';
import { tpe } from '../../streams/index.ts';
import { subjectsOf } from '../../streams/nats/protocol/subjects.ts';
import { natsServer } from '../../test/support/nats.ts';
import { type Started, startIn } from '../../test/support/started.ts';
import { cpuOf, judge, memoryOf, shareOfCore } from './measure.ts';
import { kill, messageOf, program } from './processes.ts';
import type { Order } from './scaleFleet.ts';
import { withTrials } from './studies.ts';

export interface StudiesSize {
  readonly studies: number;
  /** Trials of each study that have ended, and that run. */
  readonly ended: number;
  readonly open: number;
  /** Seconds without a fact to measure. */
  readonly seconds: number;
}

/** Resolves when each study has answered: an engine answers once it has read the log. */
async function allAnswer(nc: NatsConnection, studies: readonly string[]): Promise<void> {
  for (const study of studies) {
    const ask = () => nc.request(subjectsOf(study).rpc('study'), '', { timeout: 60_000 });
    for (let answer = undefined as unknown; answer === undefined; ) answer = await ask().catch(() => setTimeout(20));
  }
}

/** Seconds until an act is over. */
async function timed(act: () => Promise<unknown>): Promise<number> {
  const since = performance.now();
  await act();
  return (performance.now() - since) / 1000;
}

/** Seconds until a process prints a new line that matches. */
async function untilNamed({ said }: Started, happen: () => void, form: RegExp): Promise<number> {
  const before = said().length;
  return timed(async () => {
    happen();
    while (!form.test(said().slice(before))) await setTimeout(20);
  });
}

export async function manyStudies({ studies: count, ended, open, seconds }: StudiesSize): Promise<void> {
  console.log(`\n${count} studies in one serve, each with ${ended} trials that have ended and ${open} that run`);
  const server = await natsServer();
  const nc = await server.connect();
  const studies = Array.from({ length: count }, (_, i) => `scale-${i}`);
  for (const name of studies) await withTrials(nc, { name, strategy: tpe(), parallel: open }, ended);
  const start = () => startIn('.', ['serve', '--all', 'scale-*', '--nats', server.url]);
  let engine = start();
  console.log(`  first start: ${(await timed(() => allAnswer(nc, studies))).toFixed(1)} s until all are served`);
  const fleet = program(new URL('./scaleFleet.ts', import.meta.url), server.url);
  await messageOf(fleet);
  fleet.send({ type: 'hold', studies, slots: open } satisfies Order);
  await messageOf(fleet);
  await setTimeout(5000); // until the work that the trials caused is done
  const [idle, server0, trainers] = await shareOfCore([engine.child.pid!, server.pid, fleet.pid!], () => setTimeout(1000 * seconds));
  const memory = memoryOf(engine.child.pid!);
  console.log(`  memory of the server: ${memoryOf(server.pid).toFixed(0)} MB; CPU of the trainers: ${trainers!.toFixed(1)} % of a core`);
  judge('memory of serve', memory, 600, 'MB');
  judge(`CPU of serve over ${seconds} idle seconds`, idle!, 5, '% of a core');
  judge('CPU of the server meanwhile', server0!, 5, '% of a core');
  const named = await untilNamed(engine, () => process.kill(server.pid, 'SIGSTOP'), /server/);
  process.kill(server.pid, 'SIGCONT');
  judge('a server that hangs is named after', named, 5, 's');
  await setTimeout(5000);
  await kill(engine.child);
  const again = await timed(() => {
    engine = start();
    return allAnswer(nc, studies);
  });
  console.log(`  CPU until all are served again: ${(cpuOf(engine.child.pid!) / 1e6).toFixed(1)} s`);
  judge('serving again after kill -9', again, 5, 's');
  console.log(`  memory at most since then: ${memoryOf(engine.child.pid!, 'VmHWM').toFixed(0)} MB`);
  await kill(fleet);
  await kill(engine.child);
  await server.dispose();
}
