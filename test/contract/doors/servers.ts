import { parseStrategy } from 'hypertide/strategies';
import { memoryLog } from '../../../streams/core.ts';
import { openStudy as openHttp } from '../../../streams/http/index.ts';
import { openStudy as openNats, serve } from '../../../streams/nats/index.ts';
import { lossyProxy } from '../../streams/http/lossyProxy.ts';
import { served } from '../../streams/http/served.ts';
import { natsServer } from '../../support/nats.ts';
import { type Door, type Expected, type Handle, SPACE } from './door.ts';
import { begun, byHandle, NAMES } from './doors.ts';

/** The ends of what a place has opened, last first. */
function ending() {
  const ends: (() => unknown)[] = [];
  return {
    ends,
    end: async () => {
      for (const end of ends.splice(0).reverse()) await end();
    },
  };
}

/** Seconds in which no test loses a trial. */
const LEASE = 60;

export const http: Door = {
  name: 'HTTP',
  isHandle: true,
  lacks: NAMES,
  begin: async ({ lease = LEASE, ...study }) => {
    const { ends, end } = ending();
    const log = memoryLog();
    const start = async (port?: number) => {
      const behind = begun(study, { lease, log: { ...log, close: async () => {} } });
      const server = await served({ digits: behind }, {}, port);
      return { behind, ...server };
    };
    let server = await start();
    ends.push(async () => {
      await server.close();
      await server.behind.close();
    });
    return {
      open: async ({ space = SPACE, ...more }: Expected = {}) => {
        let isKilled = false;
        const proxy = await lossyProxy(server.address, { drops: () => isKilled });
        const handle: Handle = await openHttp(`${proxy.address}/digits`, { space, warn: () => {}, ...more });
        ends.push(proxy.close, () => handle.close());
        return byHandle(handle, async () => {
          isKilled = true;
        });
      },
      restart: async () => {
        await server.close();
        await server.behind.close();
        server = await start(Number(new URL(server.address).port));
      },
      end,
    };
  },
};

let count = 0;
let shared: ReturnType<typeof natsServer> | undefined;
/** The server that all doors of a process share, until `endNats`. */
const nats = () => (shared ??= natsServer());
export const endNats = async () => (await shared)?.dispose();

export const natsHandle: Door = {
  name: 'NATS',
  isHandle: true,
  lacks: NAMES,
  begin: async ({ strategy = 'random', lease = LEASE, ...options }) => {
    const { ends, end } = ending();
    const study = `door-${++count}`;
    const server = await nats();
    const start = async () => {
      const engine = await serve(await server.connect(), SPACE, {
        study,
        seed: 1,
        lease,
        strategy: parseStrategy(strategy),
        warn: () => {},
        ...options,
      });
      ends.push(() => engine.close());
      return engine;
    };
    let engine = await start();
    return {
      open: async ({ space = SPACE, ...more }: Expected = {}) => {
        const nc = await server.connect();
        const handle: Handle = await openNats({ nc, study }, { space, warn: () => {}, ...more });
        ends.push(() => handle.close());
        return byHandle(handle, () => nc.close());
      },
      restart: async () => {
        await engine.close();
        engine = await start();
      },
      end,
    };
  },
};
