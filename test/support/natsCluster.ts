import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { type NatsServer, natsServer } from './nats.ts';

/** Ports that are free now. */
async function freePorts(count: number): Promise<number[]> {
  const sockets = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(sockets.map((socket) => once(socket, 'listening')));
  const ports = sockets.map((socket) => (socket.address() as AddressInfo).port);
  await Promise.all(sockets.map((socket) => new Promise((resolve) => socket.close(resolve))));
  return ports;
}

/** Starts servers that keep copies of each other's streams; one server alone if `count` is 1. */
export async function natsCluster(count: number): Promise<readonly NatsServer[]> {
  if (count === 1) return [await natsServer()];
  const ports = await freePorts(count);
  const routes = ports.map((port) => `nats://127.0.0.1:${port}`).join(', ');
  return Promise.all(
    ports.map((port, i) =>
      natsServer(`server_name: n${i + 1}\ncluster { name: chaos, listen: "127.0.0.1:${port}", routes: [${routes}] }\n`),
    ),
  );
}
