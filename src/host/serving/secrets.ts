import { chmodSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeFolder } from '../../stores/makeFolder.ts';

/** Secrets in a directory, one file for each name, which only its owner can read. */
export interface Secrets {
  /** Names whose secret existed and is kept. */
  readonly kept: readonly string[];
  /** Names whose secret existed and was replaced. */
  readonly renewed: readonly string[];
  /** The secret of a name; undefined if there is none. */
  read(name: string): string | undefined;
  /** Replaces a secret only if it was read before. */
  write(name: string, secret: string): void;
  remove(name: string): void;
}

/** @param ending of the files, such as `.nk` */
export function secretsIn(directory: string, ending = ''): Secrets {
  const pathOf = (name: string) => join(directory, `${name}${ending}`);
  const found = new Map<string, string>();
  const kept: string[] = [];
  const renewed: string[] = [];
  return {
    kept,
    renewed,
    read: (name) => {
      if (!existsSync(pathOf(name))) return undefined;
      const secret = readFileSync(pathOf(name), 'utf8').trim();
      found.set(name, secret);
      return secret;
    },
    write: (name, secret) => {
      const old = found.get(name);
      if (old === secret) {
        kept.push(name);
        return;
      }
      makeFolder(directory, 0o700);
      if (readdirSync(directory).length === 0) chmodSync(directory, 0o700); // one with other files may be open to others for a reason
      makeFolder(dirname(pathOf(name)), 0o700);
      const path = old === undefined ? pathOf(name) : `${pathOf(name)}.new`;
      if (old !== undefined) rmSync(path, { force: true });
      writeFileSync(path, `${secret}\n`, { mode: 0o600, flag: 'wx' });
      if (old === undefined) return;
      renameSync(path, pathOf(name));
      renewed.push(name);
    },
    remove: (name) => rmSync(pathOf(name), { force: true }),
  };
}
