import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { studiesApp } from '../../../src/server/embed/server.ts';

/** Studies behind HTTP, by the app that users mount. @param port default: a free one */
export async function served(studies: Parameters<typeof studiesApp>[0], options: Parameters<typeof studiesApp>[1] = {}, port = 0) {
  const { fetch, close } = studiesApp(studies, options);
  const server = createServer(getRequestListener(fetch));
  await new Promise<void>((listening) => server.listen(port, '127.0.0.1', listening));
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      await close();
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}
