import { serverConfig } from '../../../../streams/nats/config/serverConfig.ts';
import { secretsIn } from '../../../host/serving/secrets.ts';
import { omitUndefined } from '../../../schema/omitUndefined.ts';
import { addressOf } from '../../../text/address.ts';
import { inform, replaceFile } from '../../../text/output.ts';
import { UsageError } from '../../../text/usage.ts';
import { declare } from '../../command.ts';
import { byteSize, type Given, preset, value, values, wholeNumber } from '../../parts.ts';

const offered = {
  trainer: values('name', 'names of the trainers'),
  seeds: preset('folder', 'where to write the keys of the users', 'seeds'),
  store: value('folder', 'where the server keeps its streams'),
  maxBytes: value('size', 'disk space of the studies (default: all)', { kind: byteSize }),
  host: value('address', 'address to listen on, such as 0.0.0.0 for all machines'),
  port: value('n', 'port of the server (default: 4222)', { kind: wholeNumber }),
  monitor: value('address', 'answer /healthz and /varz at this port, to everybody'),
  serverCert: value('file', 'certificate of the server (PEM)'),
  serverKey: value('file', 'key of the certificate (PEM)'),
  clientCa: value('file', 'authority of the certificates of clients (PEM)'),
  output: value('path', 'write to this file, which an error leaves as it was', { short: 'o' }),
};

export const command = declare({
  description: 'Print a nats-server.conf for one server that gives each user only the rights that it needs. Existing keys are kept.',
  help: 'For teams, clusters, and users that come and go: hypertide server render',
  arguments: { studies: values('studies', 'names of the studies (default: all)') },
  options: offered,
  run: async ({ studies, trainer: trainers = [], maxBytes: bytes, seeds: directory, ...options }) => {
    const { store, host, port, monitor, output } = options;
    const keys = secretsIn(directory);
    const { seeds, text } = serverConfig({
      studies,
      trainers,
      bytes,
      seedOf: (name) => keys.read(`${name}.nk`),
      ...omitUndefined({
        store,
        host,
        port,
        monitor: monitor === undefined ? undefined : addressOf('--monitor', monitor),
        tls: tlsOf(options),
      }),
    });
    const names = Object.keys(seeds);
    const added = names.filter((name) => keys.read(`${name}.nk`) === undefined);
    for (const [name, seed] of Object.entries(seeds)) keys.write(`${name}.nk`, seed);
    const old = keys.kept.length > 0 ? ` (${added.length === 0 ? 'all' : keys.kept.length} of them existed already)` : '';
    inform(`${names.join(', ')} have keys in ${directory}${old}: give each user its own, with --nkey`);
    if (host === undefined) inform('this server accepts connections from its own machine only; --host 0.0.0.0 lets others connect');
    if (output === undefined) process.stdout.write(text);
    else await replaceFile(output, text); // a configuration is useless without its keys
    if (keys.kept.length > 0 && added.length > 0)
      inform(
        `${added.join(', ')} ${added.length === 1 ? 'is' : 'are'} new: restart a running server, since a reload does not give them all their rights`,
      );
    return 0;
  },
});

function tlsOf({ serverCert: cert, serverKey: key, clientCa: ca }: Partial<Given<typeof offered>>) {
  if (cert === undefined && key === undefined && ca === undefined) return undefined;
  if (cert === undefined || key === undefined)
    throw new UsageError('expected --server-cert and --server-key, the certificate of the server and its key');
  return { cert, key, ...omitUndefined({ ca }) };
}
