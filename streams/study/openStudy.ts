import type { Params } from '../../src/facts/facts.ts';
import { RefusedError } from '../../src/study/commands.ts';
import { firstFactOf, spaceOf } from '../engine/applyEntries.ts';
import type { JournalError } from '../log/errors.ts';
import { type JournalOptions, openJournal } from '../log/openJournal.ts';
import { readJournal } from '../log/readJournal.ts';
import type { CreateStudyOptions } from './createStudy.ts';
import type { ExpectedStudy } from './port/view.ts';
import type { Study } from './study.ts';

export interface OpenJournalStudyOptions<P, O extends string = string>
  extends Omit<CreateStudyOptions<O>, 'log' | 'objectives'>,
    JournalOptions,
    ExpectedStudy<P, O> {}

/**
 * Opens the study of a journal, and runs it in this process: it continues with the strategy, the limits and the space of the journal. Resolves when the
 * journal has been read. To begin a study, use `createStudy` with `log: await openJournal(path)`.
 *
 * @throws RefusedError if there is no journal with a study, and none is made; MismatchError if an option contradicts it; JournalLockedError while another process runs it.
 * @example
 * await using study = await openStudy('digits.jsonl');
 * await study.change({ more: 20 });
 */
export async function openStudy<P = Params, O extends string = string>(
  path: string,
  { space, fsync, clock, ...options }: OpenJournalStudyOptions<P, O> = {},
): Promise<Study<P, O>> {
  const created = await firstFactOf(readJournal(path, { warn: () => {} })).catch((error: JournalError) => {
    if ((error.cause as NodeJS.ErrnoException | undefined)?.code !== 'ENOENT') throw error;
  });
  if (!created) {
    const todo = `to begin one, use createStudy with log: await openJournal('${path}')`;
    throw new RefusedError({ code: 'unknown-study', message: `${path}: there is no study in this place; ${todo}` });
  }
  const log = await openJournal(path, { fsync, clock, warn: options.warn });
  try {
    const [{ createStudy }, { parseStrategy }] = await Promise.all([import('./createStudy.ts'), import('../spec/spec.ts')]); // readers need no engine
    const study = createStudy<P, O>(space ?? spaceOf<P>(created), {
      ...options,
      parseStrategy: options.parseStrategy ?? parseStrategy,
      log,
    });
    await study.ready();
    return study;
  } catch (error) {
    await log.close();
    throw error;
  }
}
