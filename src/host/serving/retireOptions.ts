import { secondsIn } from '../../schema/amount.ts';
import { omitUndefined } from '../../schema/omitUndefined.ts';
import { UsageError } from '../../text/usage.ts';

/** When a process that serves all studies of a server lets go of closed ones. */
export interface RetireOptions {
  /** Seconds after which a closed study is unloaded. */
  readonly unloadAfter: number;
  /** Seconds after which it is archived in a folder, and deleted from the server. Default: never. */
  readonly archive?: ArchiveOptions | undefined;
}

export interface ArchiveOptions {
  /** Seconds for which a study has been closed. */
  readonly after: number;
  /** The folder of the archives. */
  readonly to: string;
  /** A file with the login of an admin, if that of this process may delete no study. */
  readonly as?: string | undefined;
}

/** Seconds after which a closed study is unloaded by default. */
export const UNLOAD = 3600;

const CLOSED = ['unload', 'archive', 'to', 'as'];

/**
 * When closed studies are unloaded and archived, from words such as `archive=30d`.
 *
 * @throws UsageError
 */
export function retireIn(words: readonly string[] = []): RetireOptions {
  const given = new Map(words.map((word) => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]));
  const wrong = words.find((word) => !CLOSED.includes(word.slice(0, word.indexOf('='))));
  if (wrong !== undefined) throw new UsageError(`--closed: expected ${CLOSED.join(', ')} with = and a value, got ${wrong}`);
  const secondsOf = (name: string): number | undefined => {
    const word = given.get(name);
    const read = word === undefined ? undefined : secondsIn(word);
    if (word !== undefined && read === undefined)
      throw new UsageError(`--closed: expected ${name}= with a time such as 1h or 30d, got ${word}`);
    return read;
  };
  const [unloadAfter = UNLOAD, after, to] = [secondsOf('unload'), secondsOf('archive'), given.get('to')];
  if ((after === undefined) !== (to === undefined)) throw new UsageError('--closed: expected archive= and to= together');
  return omitUndefined({ unloadAfter, archive: after === undefined || to === undefined ? undefined : { after, to, as: given.get('as') } });
}
