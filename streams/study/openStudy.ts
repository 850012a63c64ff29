import type { Params } from '../../src/facts/facts.ts';
import type { Space } from '../../src/space/space.ts';
import { NOT_BEGUN, RefusedError } from '../../src/study/commands.ts';
import { firstFactOf, spaceOf } from '../engine/applyEntries.ts';
import { type JournalOptions, openJournal } from '../log/openJournal.ts';
import { past } from '../log/past.ts';
import type { CreateStudyOptions } from './createStudy.ts';
import type { Study } from './study.ts';

export interface OpenJournalStudyOptions<P, O extends string = string> extends Omit<CreateStudyOptions<O>, 'log'>, JournalOptions {
  /** What you expect, which types the configurations; with predicates, if the study has some. Default: the space of the journal. */
  readonly space?: Space<P> | undefined;
}

/**
 * Opens the study of a journal, and runs it in this process: it continues with the strategy, the limits and the space of the journal. Resolves when the
 * journal has been read. To begin a study, use `createStudy` with `log: await openJournal(path)`.
 *
 * @throws RefusedError if the journal holds no study; MismatchError if an option contradicts it; JournalLockedError while another process runs it.
 * @example
 * await using study = await openStudy('digits.jsonl');
 * await study.change({ more: 20 });
 */
export async function openStudy<P = Params, O extends string = string>(
  path: string,
  { space, fsync, clock, ...options }: OpenJournalStudyOptions<P, O> = {},
): Promise<Study<P, O>> {
  const log = await openJournal(path, { fsync, clock, warn: options.warn });
  try {
    const [{ createStudy }, { parseStrategy }] = await Promise.all([import('./createStudy.ts'), import('../spec/spec.ts')]); // readers need no engine
    const created = await firstFactOf(past(log, 1));
    if (!created) throw new RefusedError(NOT_BEGUN);
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
