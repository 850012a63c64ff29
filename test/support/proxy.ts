import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A loopback proxy in front of a server, which can become a black hole. */
export interface Proxy {
  readonly url: string;
  /**
   * From now on it swallows all bytes, both ways, and those of new connections too. Nobody is told: connections stay open, and never say
   * anything again, not even after `restore`, since what they lost does not come back.
   */
  swallow(): void;
  /** Lets new connections through again. */
  restore(): void;
  close(): Promise<void>;
}

export async function proxyTo(url: string): Promise<Proxy> {
  const port = Number(new URL(url).port);
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
    const upstream = connect(port, '127.0.0.1');
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
        if (!link.dead) to.destroy(); // the end of a connection is swallowed as well
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `nats://127.0.0.1:${(server.address() as AddressInfo).port}`,
    swallow: () => {
      swallowing = true;
      for (const link of open) link.dead = true;
    },
    restore: () => {
      swallowing = false;
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
