import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { toolOf } from '../../../src/server/mcp/tools.ts';
import { memoryLog } from '../../../streams/core.ts';
import { openStudy as openHttp } from '../../../streams/http/index.ts';
import { openStudy as openNats, serve } from '../../../streams/nats/index.ts';
import { parseStrategy } from '../../../streams/spec/spec.ts';
import { lossyProxy } from '../../streams/http/lossyProxy.ts';
import { served } from '../../streams/http/served.ts';
import { natsServer } from '../../support/nats.ts';
import { type Door, type DoorStudy, type Expected, type Handle, SPACE, type Way } from './door.ts';
import { begun, byHandle, here, NAMES } from './doors.ts';
import { byOperations, OF_JSON, overHttp } from './wires.ts';

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

/** A door to a study behind HTTP. @param enter goes in at the address of the server, and says how it leaves */
const behindHttp = (
  door: Pick<Door, 'name' | 'isHandle' | 'lacks'>,
  enter: (address: string, leaves: (end: () => unknown) => unknown, expected?: Expected) => Promise<Way>,
): Door => ({
  ...door,
  begin: async ({ lease = LEASE, ...study }) => {
    const { ends, end } = ending();
    const log = memoryLog();
    const start = async (port?: number) => {
      const behind = begun(study, { lease, log: { ...log, close: async () => {} } });
      return { behind, ...(await served({ digits: behind }, {}, port)) };
    };
    let server = await start();
    const stop = async () => {
      await server.close();
      await server.behind.close();
    };
    ends.push(stop);
    return {
      open: (expected) => enter(server.address, (leave) => ends.push(leave), expected),
      restart: async () => {
        await stop();
        server = await start(Number(new URL(server.address).port));
      },
      end,
    };
  },
});

export const http = behindHttp({ name: 'HTTP', isHandle: true, lacks: NAMES }, async (address, leaves, { space = SPACE, ...more } = {}) => {
  let isKilled = false;
  const proxy = await lossyProxy(address, { drops: () => isKilled });
  leaves(proxy.close);
  const handle: Handle = await openHttp(`${proxy.address}/digits`, { space, warn: () => {}, ...more });
  leaves(() => handle.close());
  return byHandle(handle, async () => {
    isKilled = true;
  });
});

const NO_END = { '33': 'it has nothing to close' };

export const v1 = behindHttp({ name: '/v1', lacks: { ...OF_JSON, ...NO_END } }, async (address, _, expected) => {
  const call = overHttp(address);
  if (expected) await call('match', { parameters: expected.space?.toJSON().parameters, objectives: expected.objectives });
  return byOperations(call, { close: async () => {}, wait: 0.2 });
});

const NO_MATCH = { '1': 'it takes a study as it is', '15': 'it asks again and again, and comes second' };

export const mcp = behindHttp({ name: 'MCP', lacks: { ...OF_JSON, ...NO_END, ...NO_MATCH } }, async (address, leaves) => {
  const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode: 'auto' } });
  await client.connect(new StreamableHTTPClientTransport(new URL('/mcp', address), { requestInit: { headers: { Connection: 'close' } } }));
  const close = () => client.close();
  leaves(close);
  return byOperations(
    async (operation, { signal: _, ...fields }) => {
      const detail = ['trials', 'best', 'importance'].includes(operation) && { detail: 'full' };
      const given = structuredClone({ study: 'digits', ...fields, ...detail });
      const { content, isError } = await client.callTool({ name: toolOf(operation as never), arguments: given });
      const { text } = content[0] as { readonly text: string };
      if (!isError) return JSON.parse(text);
      const [, code, message] = /(?:^|tool \w+: )([a-z-]+): (.*)/s.exec(text)!;
      throw Object.assign(new Error(message), { code });
    },
    { close, wait: 0.2 },
  );
});

let count = 0;
let shared: ReturnType<typeof natsServer> | undefined;
/** The server that all doors of a process share, until `endNats`. */
const nats = () => (shared ??= natsServer());
export const endNats = async () => (await shared)?.dispose();

/** Serves a study as a place has it. */
const servedNats = async (study: string, { strategy = 'random', lease = LEASE, ...options }: DoorStudy, more: Expected = {}) => {
  const { space = SPACE, ...objectives } = more;
  const settings = { study, seed: 1, lease, strategy: parseStrategy(strategy), warn: () => {}, ...options, ...objectives };
  return serve(await (await nats()).connect(), space, settings);
};

export const natsEngine = here('serve', async (study) => {
  const name = `door-${++count}`;
  return (expected) => servedNats(name, study, expected) as Promise<Handle>;
});

export const natsHandle: Door = {
  name: 'NATS',
  isHandle: true,
  lacks: NAMES,
  begin: async (options) => {
    const { ends, end } = ending();
    const study = `door-${++count}`;
    const start = async () => {
      const engine = await servedNats(study, options);
      ends.push(() => engine.close());
      return engine;
    };
    let engine = await start();
    return {
      open: async ({ space = SPACE, ...more }: Expected = {}) => {
        const nc = await (await nats()).connect();
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
