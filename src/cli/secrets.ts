import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Secrets in a directory that only its owner can read, one file for each name. Those that exist are kept. */
export interface Secrets {
  /** Names whose secret was there. */
  readonly kept: readonly string[];
  /** The secret of a name; undefined if there is none. */
  read(name: string): string | undefined;
  write(name: string, secret: string): void;
}

/** @param ending of the files, such as `.nk` */
export function secretsIn(directory: string, ending = ''): Secrets {
  const pathOf = (name: string) => join(directory, `${name}${ending}`);
  const kept: string[] = [];
  return {
    kept,
    read: (name) => {
      if (!existsSync(pathOf(name))) return undefined;
      if (!kept.includes(name)) kept.push(name);
      return readFileSync(pathOf(name), 'utf8').trim();
    },
    write: (name, secret) => {
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      chmodSync(directory, 0o700); // it may have been there
      mkdirSync(dirname(pathOf(name)), { recursive: true, mode: 0o700 });
      if (!kept.includes(name)) writeFileSync(pathOf(name), `${secret}\n`, { mode: 0o600, flag: 'wx' });
    },
  };
}
