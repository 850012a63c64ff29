import { parseStrategy } from 'hypertide/strategies';
import { openStudy, serve } from '../../../streams/nats/index.ts';
import { natsOfTests } from '../../support/natsOfTests.ts';
import { contractSpace, handleContract } from '../study/handleContract.ts';
import { fresh } from './world.ts';

const server = natsOfTests();

handleContract(
  'on a NATS server',
  async ({ strategy = 'random', ...options }) => {
    const study = fresh();
    const engine = await serve(await server.connect(), contractSpace, {
      study,
      strategy: parseStrategy(strategy),
      warn: () => {},
      ...options,
    });
    const opened: AsyncDisposable[] = [];
    const again = async () => {
      const handle = await openStudy(await server.connect(), study, contractSpace, { warn: () => {} });
      opened.push(handle);
      return handle;
    };
    return {
      study: await again(),
      again,
      dispose: async () => {
        for (const one of opened) await one[Symbol.asyncDispose]();
        await engine.close();
      },
    };
  },
  { isAhead: true },
);
