import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { natsContext } from '../../src/stores/natsContext.ts';
import { namingIn } from '../../streams/nats/connection/connect.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'hypertide-context-'));
  mkdirSync(join(home, 'nats', 'context'), { recursive: true });
  vi.stubEnv('XDG_CONFIG_HOME', home);
});
afterEach(() => void vi.unstubAllEnvs());

const context = (fields: object) => {
  writeFileSync(join(home, 'nats', 'context', 'c.json'), JSON.stringify(fields));
  return natsContext('c');
};

it('takes the domain of JetStream, or its API prefix, into the address', () => {
  const inHub = context({ url: 'nats://a:4222', user: 'me', password: 's?cret', jetstream_domain: 'hub' });
  expect(inHub.server!).toBe('nats://me:s%3Fcret@a:4222?domain=hub');
  expect(namingIn(inHub.server!).apiPrefix).toBe('$JS.hub.API');
  expect(namingIn(context({ url: 'a', jetstream_domain: 'hub', jetstream_api_prefix: 'from.hub' }).server!).apiPrefix).toBe('from.hub');
  expect(namingIn(context({ url: 'nats://a', jetstream_api_prefix: '$JS.hub.API' }).server!).apiPrefix).toBe('$JS.hub.API');
  expect(context({ url: 'nats://a' }).server!).toBe('nats://a');
});

it('refuses what it does not support', () => {
  expect(() => context({ url: 'nats://a', socks_proxy: 'x' })).toThrow('it sets socks_proxy, which hypertide does not support');
});
