import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { createRequire } from 'node:module';

/**
 * Tests of logins make and sign some thousand keys. Node does so natively; the JavaScript of the library takes most of the CPU time of these tests.
 * Servers check the signatures, and programs that tests start use the library.
 */
const { sign: library } = createRequire(createRequire(import.meta.url).resolve('@nats-io/nats-core'))('tweetnacl');
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');
const SPKI = Buffer.from('302a300506032b6570032100', 'hex');
const keyOf = (seed: Uint8Array) => createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: 'der', type: 'pkcs8' });

library.keyPair.fromSeed = (seed: Uint8Array) => {
  const publicKey = createPublicKey(keyOf(seed)).export({ format: 'der', type: 'spki' }).subarray(-32);
  return { publicKey: new Uint8Array(publicKey), secretKey: new Uint8Array(Buffer.concat([seed, publicKey])) };
};
library.detached = (text: Uint8Array, key: Uint8Array) => new Uint8Array(sign(null, text, keyOf(key.subarray(0, 32))));
library.detached.verify = (text: Uint8Array, signature: Uint8Array, key: Uint8Array) =>
  verify(null, text, createPublicKey({ key: Buffer.concat([SPKI, key]), format: 'der', type: 'spki' }), signature);
