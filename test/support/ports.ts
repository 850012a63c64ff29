import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * A port of this machine that is free now, below those that Linux gives to outgoing connections: one of those may be
 * taken by any other test before the server that asked for it begins to listen.
 */
export async function freePort(): Promise<number> {
  const port = 20_000 + Math.floor(Math.random() * 12_000);
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    return freePort(); // taken
  }
  server.close();
  await once(server, 'close');
  return port;
}
