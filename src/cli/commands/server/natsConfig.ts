import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { serverConfig } from '../../../../streams/nats/serverConfig.ts';
import { omitUndefined } from '../../../omitUndefined.ts';

interface NatsConfigOptions {
  readonly study: readonly string[];
  readonly trainer: readonly string[];
  readonly seeds: string;
  readonly store?: string;
  readonly port?: number;
}

/** `hypertide nats-config`: prints a server configuration and writes a seed file for each user. Keeps existing seeds. */
export async function natsConfig({ study, trainer, seeds: directory, store, port }: NatsConfigOptions): Promise<number> {
  const pathOf = (name: string) => join(directory, `${name}.nk`);
  const kept: string[] = [];
  const seedOf = (name: string): string | undefined => {
    if (!existsSync(pathOf(name))) return undefined;
    kept.push(name);
    return readFileSync(pathOf(name), 'utf8').trim();
  };
  const { text, seeds } = serverConfig(omitUndefined({ studies: study, trainers: trainer, seedOf, store, port }));
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  chmodSync(directory, 0o700); // it may have been there
  for (const [name, seed] of Object.entries(seeds))
    if (!kept.includes(name)) writeFileSync(pathOf(name), `${seed}\n`, { mode: 0o600, flag: 'wx' });
  process.stdout.write(text);
  const old = kept.length > 0 ? ` (those of ${kept.join(', ')} were there)` : '';
  process.stderr.write(`the seeds of ${Object.keys(seeds).join(', ')} are in ${directory}${old}: give each its own, with --nkey\n`);
  return 0;
}
