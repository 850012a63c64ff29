import { float, random, space } from '../../../streams/index.ts';
import { serve } from '../../../streams/nats/index.ts';
import { natsServer } from '../../../test/support/nats.ts';
import { gist, must, type Target } from '../target.ts';

/** Requests to an engine: the method in the first line, and then the data. */
export async function rpc(): Promise<Target> {
  const server = await natsServer();
  const nc = await server.connect();
  const engine = await serve(await server.connect(), space({ x: float(0, 1) }), { strategy: random(), study: 's', trials: 1e6 });
  for (let isUp = false; !isUp; )
    isUp = await nc.request('ht.s.rpc.status', '', { timeout: 1000 }).then(
      () => true,
      () => false,
    );
  let failure: unknown;
  engine.finished.catch((error) => {
    failure = error;
  });
  return {
    name: 'rpc',
    seeds: [
      ...[
        'status\n{}',
        'best\n',
        'trials\n{"after":0,"status":"open"}',
        'log\n{"after":0}',
        'enqueue\n{"params":{"x":0.5}}',
        'retract\n{"trial":1}',
      ],
      ...['cancel\n{"trial":1}', 'change\n{"parallel":2,"limits":{"trials":5},"more":1,"paused":false,"strategy":"random"}', 'close\n{}'],
    ],
    async take(input) {
      const [method = '', ...rest] = input.split('\n');
      const token = method.replace(/[^!-)+-=?-~]|\./g, '').slice(0, 40) || 'study';
      const text = rest
        .join('\n')
        .slice(0, 900_000)
        .replace(/("parallel":\s*)\d{3,}/g, '$199'); // more would rightly keep it busy
      const data = Buffer.from(text, 'latin1');
      const answer = await nc.request(`ht.s.rpc.${token}`, data, { timeout: 5000 });
      const { ok, error = '' } = answer.json<{ ok: boolean; error?: string }>();
      must(failure === undefined, `the engine ended: ${failure}`);
      must(ok || (error !== '' && error.length < 20_000), `an error of ${error.length} characters`);
      return ok ? `ok ${token.slice(0, 10)}` : gist(error);
    },
    close: async () => {
      await engine.close().catch(() => {});
      await server.dispose();
    },
  };
}
