import { expect, it } from 'vitest';
import { reaching } from '../../../src/host/serving/reaching.ts';

it.each([
  ['nats://127.0.0.1:4222', {}, 'nats://127.0.0.1:4222/digits'],
  ['nats://engine:secret@a:4222,nats://b:4222', {}, "'nats://<user>:<password>@a:4222,nats://b:4222/digits'"],
  ['nats://a?prefix=acme.ml&domain=hub', {}, "'nats://a/digits?prefix=acme.ml&domain=hub'"],
  ['tls://a', { nkey: 'engine.nk', tlsCa: 'ca.pem' }, 'tls://a/digits --nkey <its seed> --tls-ca ca.pem'],
  ['tls://a', { creds: 'engine.creds' }, 'tls://a/digits --creds <its credentials>'],
  ['tls://a', { tlsCert: 'engine.pem', tlsKey: 'engine.key' }, 'tls://a/digits --tls-cert <its certificate> --tls-key <its key>'],
])('another process reaches %s, where this one logs in by %j, by a login of its own', (nats, access, words) => {
  expect(reaching(nats, 'digits', access, 'its')).toBe(words);
});
