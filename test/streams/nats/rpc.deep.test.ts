import { expect, it } from 'vitest';
import { request } from '../../../streams/nats/studiesOn.ts';
import { natsOfTests } from '../../support/natsOfTests.ts';
import { fresh } from './world.ts';

const server = natsOfTests();

it('an engine that does not answer a request in time may still act on it', async () => {
  const study = fresh();
  const engine = await server.connect();
  engine.subscribe(`ht.${study}.rpc.*`);
  await engine.flush();
  const asking = await server.connect();
  await Promise.all([
    expect(request(asking, study, 'study')).rejects.toThrow(/^no answer .* within 5 s .*may still do what you asked$/),
    expect(request(asking, study, 'create')).rejects.toThrow(/may still do what you asked; .*no "hypertide serve --all" has a pattern/),
  ]);
});
