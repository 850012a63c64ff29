import type { Access } from '../../../streams/nats/connection/connect.ts';
import { shellQuoted } from '../../study/programArguments.ts';

/** The address of a study on a server, and the options with which another process logs in there. */
export const reaching = (nats: string, study: string, { nkey, creds, tlsCa, tlsCert }: Access, whose: 'its' | 'your'): string =>
  [
    shellQuoted(studyAt(nats.replaceAll(/\/\/[^@/,\s]*@/g, '//<user>:<password>@'), study)),
    nkey !== undefined && `--nkey <${whose} seed>`,
    creds !== undefined && `--creds <${whose} credentials>`,
    tlsCa !== undefined && `--tls-ca ${shellQuoted(tlsCa)}`,
    tlsCert !== undefined && `--tls-cert <${whose} certificate> --tls-key <${whose} key>`,
  ]
    .filter(Boolean)
    .join(' ');

/** The name of a study follows the servers, and comes before what names the domain. */
function studyAt(nats: string, study: string): string {
  const [servers = '', ...query] = nats.split('?');
  return [`${servers.replace(/\/$/, '')}/${study}`, ...query].join('?');
}
