import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { serverConfig } from '../../../streams/nats/serverConfig.ts';

export interface NatsConfigOptions {
  readonly study: readonly string[];
  readonly trainer: readonly string[];
  readonly seeds: string;
  readonly store?: string;
  readonly port?: number;
}

/** `hypertide nats-config`: prints a server's configuration, and writes the seed of each user to a file of its own. */
export async function natsConfig({ study, trainer, seeds: directory, store, port }: NatsConfigOptions): Promise<number> {
  const { text, seeds } = serverConfig({
    studies: study,
    trainers: trainer,
    ...(store !== undefined && { store }),
    ...(port !== undefined && { port }),
  });
  await mkdir(directory, { recursive: true, mode: 0o700 });
  for (const [name, seed] of Object.entries(seeds)) await writeFile(join(directory, `${name}.nk`), `${seed}\n`, { mode: 0o600 });
  process.stdout.write(text);
  process.stderr.write(`the seeds of ${Object.keys(seeds).join(', ')} are in ${directory}: give each its own, with --nkey\n`);
  return 0;
}
