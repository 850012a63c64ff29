import { type NatsServer, natsServer } from './nats.ts';
import { freePort } from './ports.ts';

/** Starts servers that keep copies of each other's streams; one server alone if `count` is 1. @param config more of their configuration @param tries more if another test takes a port first */
export async function natsCluster(count: number, config?: string, tries = 3): Promise<readonly NatsServer[]> {
  if (count === 1) return [await natsServer(config)];
  const ports = await Promise.all(Array.from({ length: count }, freePort));
  const routes = ports.map((port) => `nats://127.0.0.1:${port}`).join(', ');
  const name = `cluster-${ports.join('-')}`; // servers of another test do not join it
  const started = await Promise.allSettled(
    ports.map((port, i) =>
      natsServer(`server_name: n${i + 1}\ncluster { name: "${name}", listen: "127.0.0.1:${port}", routes: [${routes}] }\n${config ?? ''}`),
    ),
  );
  const servers = started.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  if (servers.length === count) return servers;
  await Promise.all(servers.map((server) => server.dispose()));
  if (tries === 1) throw started.find((one) => one.status === 'rejected')!.reason;
  return natsCluster(count, config, tries - 1);
}
