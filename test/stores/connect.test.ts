import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nkeys } from '@nats-io/nats-core';
import { afterAll, expect, it } from 'vitest';
import { connect } from '../../src/stores/connectNats.ts';
import type { StatusLine } from '../../src/text/statusLine.ts';
import { connectTo } from '../../streams/nats/connection/connect.ts';
import { certificates } from '../support/certificates.ts';
import { coded } from '../support/coded.ts';
import { type NatsServer, natsServer } from '../support/nats.ts';

const plain = await natsServer('authorization { token: "s3cret" }');
const files = certificates();
afterAll(() => plain.dispose());

const messageOf = (url: string, access = {}) =>
  connectTo(url, access).then(
    () => 'connected',
    ({ message }: Error) => message,
  );
const hostOf = ({ url }: NatsServer) => new URL(url).host;
const over = (scheme: string, server: NatsServer) => `${scheme}://${hostOf(server)}`;

it.concurrent('advises if nothing listens, or the host does not exist', async () => {
  expect(await messageOf('nats://127.0.0.1:1')).toBe('127.0.0.1:1: the connection is refused; is nats-server running there, with -js?');
  expect(await messageOf('nats://none.invalid:4222')).toBe('none.invalid:4222: there is no host with this name');
});

it.concurrent('recognises that another program listens there', async () => {
  const other = createServer((socket) => socket.on('error', () => {}));
  other.listen(0, '127.0.0.1');
  await once(other, 'listening');
  const host = `127.0.0.1:${(other.address() as AddressInfo).port}`;
  expect(await messageOf(`nats://${host}`)).toBe(`${host}: timeout: what answers there is no NATS server; check the port`);
  other.close();
});

it.concurrent('distinguishes a missing login from a wrong one', async () => {
  expect(await messageOf(plain.url)).toContain('; the server asks for a login: --nkey with a seed, --creds with credentials, or');
  expect(await messageOf(over('nats', plain).replace('//', '//wrong@'))).toContain('; the server refuses this login: it may be');
});

it.concurrent('logs in with the seed of an nkey', async () => {
  const pair = nkeys.createUser();
  await using server = await natsServer(`authorization { users: [{ nkey: ${pair.getPublicKey()} }] }`);
  const nkey = join(mkdtempSync(join(tmpdir(), 'hypertide-nkey-')), 'user.nk');
  writeFileSync(nkey, pair.getSeed());
  const nc = await connectTo(server.url, { nkey });
  await nc.flush();
  await nc.close();
});

it.concurrent('names the missing certificate, and reports a server that does not use TLS', async () => {
  const tls = (more = '') => natsServer(`tls { cert_file: "${files.cert}", key_file: "${files.key}", ca_file: "${files.ca}"${more} }`);
  const [encrypted, mutual] = [await tls(), await tls(', verify: true')];
  expect(await messageOf(over('tls', encrypted))).toMatch(/certificate.* \(over TLS\); name the authority .* with --tls-ca$/);
  expect(await messageOf(over('tls', mutual), { tlsCa: files.ca })).toMatch(
    /; the server asks for a certificate of the client: --tls-cert/,
  );
  const noTls = `${hostOf(plain)}: the server does not use TLS; use nats://, without --tls-ca, --tls-cert and --tls-key`;
  expect(await messageOf(over('tls', plain))).toBe(noTls);
  expect(await messageOf(plain.url, { tlsCa: files.ca })).toBe(noTls);
  await encrypted.dispose();
  await mutual.dispose();
});

it.concurrent('waits for a server that is down until its time is up, and prints that once', async () => {
  const lines: string[] = [];
  const screen: StatusLine = { terminal: false, line: (text) => void lines.push(text), status: () => {}, end: () => {} };
  await using own = await natsServer();
  await own.kill();
  await expect(connect(screen, own.url, {}, 1)).rejects.toThrow(coded('no-connection'));
  expect(lines).toEqual([expect.stringMatching(/: the connection is refused; .*; trying for 1 s$/)]);
  const connecting = connect(screen, own.url, {}, 60);
  await own.restart();
  await (await connecting).close();
});
