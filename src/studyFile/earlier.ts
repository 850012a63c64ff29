import { resolve } from 'node:path';
import type { EarlierStudy } from '../../streams/engine/earlier.ts';
import { readJournal } from '../../streams/log/readJournal.ts';
import { UsageError } from '../text/usage.ts';

/** An earlier study that a study file names. */
export type NamedStudy = EarlierStudy & {
  /** Its name, if it is on a NATS server: it is read through the connection of `serve`. */
  readonly onServer?: string;
};

const SERVER = 'nats:';

/**
 * The earlier studies that a study file names: paths of journals, or `nats:` and the name of a study. Each is read when it is needed.
 *
 * @param folder to which the paths are relative.
 */
export const earlierIn = (folder: string, names: readonly string[]): readonly NamedStudy[] =>
  names.map((name) => {
    if (!name.startsWith(SERVER)) return { [Symbol.asyncIterator]: () => readJournal(resolve(folder, name)) };
    return {
      onServer: name.slice(SERVER.length),
      [Symbol.asyncIterator]: () => {
        throw new UsageError(`earlier: ${name}: expected a journal, as only "hypertide serve --nats" can read a study on a server`);
      },
    };
  });
