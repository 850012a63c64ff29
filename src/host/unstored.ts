import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { lastEntryOf } from '../../streams/log/end.ts';
import { encodeFact, objectOf } from '../../streams/log/journalCodec.ts';
import { sealLines } from '../../streams/log/seal.ts';
import { UserError } from '../errors.ts';
import { isRecord } from '../schema/json.ts';
import { shellQuoted } from '../study/programArguments.ts';

/** A fact that could not be stored, with its time and author. */
export interface UnstoredFact {
  readonly at: number;
  readonly fact: unknown;
  readonly author?: string | undefined;
}

/** The process ended while the disk was full: the last entries of a study are not in its journal, but in another file. */
export class UnstoredError extends UserError {
  override readonly name = 'UnstoredError';
  readonly code = 'unstored';

  /** @param place the file that has them; undefined if standard error has. */
  constructor(journal: string, facts: readonly UnstoredFact[], place: string | undefined) {
    super(`${journal}: the disk is full: ${counted(facts)} went to ${place ?? 'the lines above'} instead`, {
      todo: `once there is room, ${place === undefined ? `add them to the end of ${journal}` : `"cat ${shellQuoted(place)} >> ${shellQuoted(journal)}" adds them`}`,
    });
  }

  override get status(): number {
    return 5;
  }
}

/** Whether a fact ends a trial, rather than an attempt at it. */
const isResult = ({ fact }: Pick<UnstoredFact, 'fact'>): boolean =>
  isRecord(fact) && (fact.type === 'completed' || fact.type === 'stopped' || (fact.type === 'failed' && fact.reason !== 'preempted'));

/** How many results some facts have or, if they have none, how many entries they are. */
export function counted(facts: readonly Pick<UnstoredFact, 'fact'>[]): string {
  const results = facts.filter(isResult).length;
  const [count, one, several] = results > 0 ? [results, 'result', 'results'] : [facts.length, 'entry', 'entries'];
  return count === 1 ? `1 ${one}` : `${count} ${several}`;
}

/**
 * Writes facts as the next lines of a journal into a file in the temporary folder or, if that is not possible either, to standard error.
 *
 * @returns the path of the file; undefined if they went to standard error.
 */
export async function writeElsewhere(
  journal: string,
  facts: readonly UnstoredFact[],
  print: (text: Buffer) => void = (text) => process.stderr.write(text),
): Promise<string | undefined> {
  const objects = facts.map(({ at, fact, author }) => objectOf(encodeFact(at, fact, author)));
  const { position, last } = await lastEntryOf(journal);
  const text = Buffer.concat(sealLines(objects, position, last).lines);
  let place: string | undefined;
  try {
    place = join(mkdtempSync(join(tmpdir(), 'hypertide-')), basename(journal)); // a folder that only this user can read
    writeFileSync(place, text, { flush: true });
    return place;
  } catch {
    if (place !== undefined) rmSync(dirname(place), { recursive: true, force: true });
    print(text);
    return undefined;
  }
}
