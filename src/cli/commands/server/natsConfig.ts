import { serverConfig } from '../../../../streams/nats/serverConfig.ts';
import { omitUndefined } from '../../../omitUndefined.ts';
import { secretsIn } from '../../secrets.ts';

interface NatsConfigOptions {
  readonly study: readonly string[];
  readonly trainer: readonly string[];
  readonly seeds: string;
  readonly store?: string;
  readonly port?: number;
}

/** `hypertide nats-config`: prints a server configuration and writes a seed file for each user. Keeps existing seeds. */
export async function natsConfig({ study, trainer, seeds: directory, store, port }: NatsConfigOptions): Promise<number> {
  const { kept, read, write } = secretsIn(directory, '.nk');
  const { text, seeds } = serverConfig(omitUndefined({ studies: study, trainers: trainer, seedOf: read, store, port }));
  for (const [name, seed] of Object.entries(seeds)) write(name, seed);
  process.stdout.write(text);
  const old = kept.length > 0 ? ` (those of ${kept.join(', ')} were there)` : '';
  process.stderr.write(`the seeds of ${Object.keys(seeds).join(', ')} are in ${directory}${old}: give each its own, with --nkey\n`);
  return 0;
}
