import { afterAll, beforeAll } from 'vitest';
import { type NatsServer, natsServer } from './nats.ts';

/** A NATS server for the tests of a file, which runs while they do. */
export function natsOfTests(): NatsServer {
  const server = {} as NatsServer;
  beforeAll(async () => {
    Object.defineProperties(server, Object.getOwnPropertyDescriptors(await natsServer())); // its port is known only now
  });
  afterAll(() => server.dispose());
  return server;
}
