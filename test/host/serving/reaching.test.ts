import { expect, it } from 'vitest';
import { reaching } from '../../../src/host/serving/reaching.ts';

it.each([
  ['nats://127.0.0.1:4222', {}, '--nats nats://127.0.0.1:4222'],
  ['nats://engine:secret@a:4222,nats://b:4222', {}, "--nats 'nats://<user>:<password>@a:4222,nats://b:4222'"],
  ['nats://a?prefix=acme.ml&domain=hub', {}, "--nats 'nats://a?prefix=acme.ml&domain=hub'"],
  ['tls://a', { nkey: 'engine.nk', tlsCa: 'ca.pem' }, '--nats tls://a --nkey <its seed> --tls-ca ca.pem'],
  ['tls://a', { creds: 'engine.creds' }, '--nats tls://a --creds <its credentials>'],
  ['tls://a', { tlsCert: 'engine.pem', tlsKey: 'engine.key' }, '--nats tls://a --tls-cert <its certificate> --tls-key <its key>'],
])('another process reaches %s, where this one logs in by %j, by a login of its own', (nats, access, words) => {
  expect(reaching(nats, access, 'its')).toBe(words);
});
