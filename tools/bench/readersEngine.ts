// The engine of readers.ts, with a dashboard in the same process. It measures how long its event loop is blocked, and how much of that it computed.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { connect } from '@nats-io/transport-node';
import { processSource } from '../../src/stores/process.ts';
import { float, random, space } from '../../streams/index.ts';
import { natsLog } from '../../streams/nats/index.ts';
import { serveStudy as serve } from '../../streams/nats/serve/serveStudy.ts';
import { withResolvers } from '../../streams/promises.ts';
import { createdOf } from '../../streams/spec/options.ts';
import { emptyServer } from '../../test/dashboard/support.ts';
import { cpuOfThread } from './cpu.ts';

export const wide = (parameters: number) =>
  space(Object.fromEntries(Array.from({ length: parameters }, (_, i) => [`parameter_${i}`, float(0, 1)])));
export const createdFor = (of: ReturnType<typeof wide>, study: string, trials: number) =>
  createdOf(of, random(), { study, trials: trials + 1, parallel: 1, seed: 1 });

if (process.send !== undefined) {
  const [servers, study, trials, parameters] = process.argv.slice(2);
  /** Milliseconds between two samples. */
  const RESOLUTION = 5;
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION });
  delay.enable();
  let page = '';
  let [computed, longestComputed] = [cpuOfThread(), 0];
  setInterval(() => {
    const now = cpuOfThread();
    longestComputed = Math.max(longestComputed, now - computed);
    computed = now;
  }, RESOLUTION);
  process.on('message', async (message) => {
    if (message === 'reset') {
      delay.reset();
      longestComputed = 0;
    }
    if (message === 'begin') {
      const nc = await connect({ servers: servers! });
      let count = 0;
      const all = withResolvers<void>();
      await serve(nc, wide(Number(parameters)), {
        strategy: random(),
        study: study!,
        trials: Number(trials) + 1,
        parallel: 1,
        seed: 1,
        onEntry: () => ++count >= 3 * Number(trials) + 1 && all.resolve(),
      });
      await all.promise;
      const log = await natsLog(nc, study!, { create: false });
      const shown = await emptyServer();
      const source = processSource(study!, log, () => Promise.reject(new Error('it is only read')));
      await shown.studies.show(study!, source).feed.caughtUp;
      page = shown.url;
    }
    process.send!(message === 'longest' ? { longest: delay.max / 1e6 - RESOLUTION, computed: longestComputed, page } : {});
  });
  process.send('ready');
}
