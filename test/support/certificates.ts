import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** PEM files: an authority, its certificates for 127.0.0.1 and for a client, and another authority that has signed nothing. */
export interface Certificates {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
  /** Only for the address 127.0.0.1, and only for the name localhost. */
  readonly addressCert: string;
  readonly addressKey: string;
  readonly nameCert: string;
  readonly nameKey: string;
  readonly clientCert: string;
  readonly clientKey: string;
  readonly otherCa: string;
}

/** Creates certificates with openssl that are valid for a day. */
export function certificates(): Certificates {
  const place = mkdtempSync(join(tmpdir(), 'hypertide-tls-'));
  const at = (name: string) => join(place, name);
  const openssl = (...args: readonly string[]) => execFileSync('openssl', args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  /** Python 3.13 refuses an authority that does not say what its key is for. */
  const signing = ['-addext', 'keyUsage=critical,keyCertSign,cRLSign'];
  const authority = (name: string) =>
    openssl(
      'req',
      '-x509',
      ...newKey,
      ...signing,
      '-keyout',
      at(`${name}.key`),
      '-out',
      at(`${name}.pem`),
      '-days',
      '1',
      '-subj',
      `/CN=${name}`,
    );
  const signed = (name: string, extensions: string) => {
    openssl('req', ...newKey, '-keyout', at(`${name}.key`), '-out', at(`${name}.csr`), '-subj', `/CN=${name}`);
    writeFileSync(at(`${name}.ext`), extensions);
    const from = ['-in', at(`${name}.csr`), '-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-CAcreateserial'];
    openssl('x509', '-req', ...from, '-extfile', at(`${name}.ext`), '-out', at(`${name}.pem`), '-days', '1');
  };
  authority('ca');
  authority('other');
  signed('server', 'subjectAltName=IP:127.0.0.1,DNS:localhost\nextendedKeyUsage=serverAuth\n');
  signed('address', 'subjectAltName=IP:127.0.0.1\nextendedKeyUsage=serverAuth\n');
  signed('name', 'subjectAltName=DNS:localhost\nextendedKeyUsage=serverAuth\n');
  signed('client', 'extendedKeyUsage=clientAuth\n');
  return {
    ca: at('ca.pem'),
    cert: at('server.pem'),
    key: at('server.key'),
    addressCert: at('address.pem'),
    addressKey: at('address.key'),
    nameCert: at('name.pem'),
    nameKey: at('name.key'),
    clientCert: at('client.pem'),
    clientKey: at('client.key'),
    otherCa: at('other.pem'),
  };
}
