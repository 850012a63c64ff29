// Our own trainer in TypeScript, as a program that `tools/conform` starts.
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from '@nats-io/transport-node';
import { reconnectOptions, trainer } from '../../../../streams/nats/index.ts';
import type { Task } from '../../../../tools/conform/stage.ts';

const [servers, study, name] = process.argv.slice(2) as [string, string, string];
const nc = await connect({ servers, ...reconnectOptions });
const objective = async (
  { x, steps, pause, outcome }: Task,
  { report, signal }: { report: (value: number, step: number) => void; signal: AbortSignal },
) => {
  for (let step = 1; step <= steps && !signal.aborted; step++) {
    await sleep(pause * 1000);
    report(x + step, step);
  }
  if (outcome === 'error') throw new Error('as told');
  return outcome === 'nan' ? Number.NaN : x;
};
await trainer<Task>({ nc, study }, { name }, objective).done;
await nc.close();
