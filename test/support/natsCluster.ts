import { type NatsServer, natsServer } from './nats.ts';
import { freePort } from './ports.ts';

/** Starts servers that keep copies of each other's streams; one server alone if `count` is 1. */
export async function natsCluster(count: number): Promise<readonly NatsServer[]> {
  if (count === 1) return [await natsServer()];
  const ports = await Promise.all(Array.from({ length: count }, freePort));
  const routes = ports.map((port) => `nats://127.0.0.1:${port}`).join(', ');
  return Promise.all(
    ports.map((port, i) =>
      natsServer(`server_name: n${i + 1}\ncluster { name: chaos, listen: "127.0.0.1:${port}", routes: [${routes}] }\n`),
    ),
  );
}
