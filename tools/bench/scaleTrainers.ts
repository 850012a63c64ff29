// Many trainers on one study.
import { setTimeout } from 'node:timers/promises';
import { natsServer } from '../../test/support/nats.ts';
import { startIn } from '../../test/support/started.ts';
import { judge, memoryOf, shareOfCore } from './measure.ts';
import { kill, messageOf, program } from './processes.ts';
import type { Measured, Order } from './scaleFleet.ts';
import { withTrials } from './studies.ts';

export interface TrainersSize {
  readonly trainers: number;
  /** Seconds of a trial. */
  readonly trial: number;
  /** Seconds to measure. */
  readonly seconds: number;
}

/** Trials that may be open, for each trainer: the next one waits at the server. */
const AHEAD = 1.1;

export async function manyTrainers({ trainers, trial, seconds }: TrainersSize): Promise<void> {
  console.log(`\n${trainers} trainers on one study`);
  const server = await natsServer();
  const nc = await server.connect();
  const name = 'scale';
  await withTrials(nc, { name, parallel: Math.round(AHEAD * trainers) }, 0);
  const engine = startIn('.', ['serve', '--all', name, '--nats', server.url]).child;
  const fleet = program(new URL('./scaleFleet.ts', import.meta.url), server.url);
  await messageOf(fleet);
  const tell = async <T>(order: Order): Promise<T> => {
    fleet.send(order);
    return messageOf<T>(fleet);
  };
  /** From long trials to short ones, until the trainers wait. */
  const lengths = [8, 6, 4, 3, 2, 1.5, 1, 0.75, 0.5].map((share) => share * trial);
  await tell({ type: 'train', study: name, trainers, milliseconds: 1000 * lengths[0]! });
  let highest = 0;
  for (const length of lengths) {
    await tell({ type: 'take', milliseconds: 1000 * length });
    await setTimeout(2000 * length + 5000);
    let measured: Measured | undefined;
    const cpu = await shareOfCore([engine.pid!, server.pid, fleet.pid!], async () => {
      measured = await tell<Measured>({ type: 'measure', milliseconds: 1000 * seconds });
    });
    const { busy, rate } = measured!;
    const idle = 100 * (1 - busy / trainers);
    const [e, s, f] = cpu.map((share) => share.toFixed(0));
    console.log(
      `  trials of ${length} s: ${rate.toFixed(0)} a second, ${idle.toFixed(1)} % of the trainers idle; CPU in % of a core: engine ${e}, server ${s}, trainers ${f}`,
    );
    if (length === trial) judge(`trials of ${trial} s: time that trainers are idle`, idle, 5, '%');
    if (idle <= 5) highest = Math.max(highest, rate);
    else if (length <= trial) break;
  }
  console.log(`  the highest rate that keeps 95 % of the trainers busy: ${highest.toFixed(0)} trials a second`);
  console.log(`  memory: engine ${memoryOf(engine.pid!).toFixed(0)} MB, server ${memoryOf(server.pid).toFixed(0)} MB`);
  await kill(fleet);
  await kill(engine);
  await server.dispose();
}
