import type { Access } from '../../../streams/nats/connection/connect.ts';
import { shellQuoted } from '../../study/programArguments.ts';

/** The options with which another process reaches the server, with its own login. */
export const reaching = (nats: string, { nkey, creds, tlsCa, tlsCert }: Access, whose: 'its' | 'your'): string =>
  [
    `--nats ${shellQuoted(nats.replaceAll(/\/\/[^@/,\s]*@/g, '//<user>:<password>@'))}`,
    nkey !== undefined && `--nkey <${whose} seed>`,
    creds !== undefined && `--creds <${whose} credentials>`,
    tlsCa !== undefined && `--tls-ca ${shellQuoted(tlsCa)}`,
    tlsCert !== undefined && `--tls-cert <${whose} certificate> --tls-key <${whose} key>`,
  ]
    .filter(Boolean)
    .join(' ');
