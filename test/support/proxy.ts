import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A loopback proxy in front of a server, which can become a black hole. */
export interface LoopbackProxy {
  readonly url: string;
  /**
   * Drops all bytes from now on, in both directions and on new connections too. Connections stay open but silent (half-open), even after `restore`,
   * because the bytes are lost.
   */
  swallow(): void;
  /** Forwards new connections again. */
  restore(): void;
  /** Breaks all connections. */
  cut(): void;
  close(): Promise<void>;
}

/** @param url of the server; its user and password are kept in the url of the proxy. */
export async function proxyTo(url: string): Promise<LoopbackProxy> {
  const target = new URL(url);
  const [host, port] = [target.hostname, Number(target.port || 4222)];
  const sockets = new Set<Socket>();
  let swallowing = false;
  const open = new Set<{ dead: boolean }>();
  const server = createServer((client) => {
    const link = { dead: swallowing };
    open.add(link);
    sockets.add(client);
    client.on('error', () => client.destroy());
    client.on('close', () => sockets.delete(client));
    if (swallowing) return void client.resume();
    const upstream = connect(port, host);
    sockets.add(upstream);
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      from.on('data', (data) => {
        if (!link.dead) to.write(data);
      });
      from.on('error', () => from.destroy());
      from.on('close', () => {
        sockets.delete(from);
        open.delete(link);
        if (!link.dead) to.destroy(); // the end of a connection is dropped as well
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const own = new URL(url);
  own.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: own.href,
    cut,
    swallow: () => {
      swallowing = true;
      for (const link of open) link.dead = true;
    },
    restore: () => {
      swallowing = false;
    },
    close: async () => {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}
