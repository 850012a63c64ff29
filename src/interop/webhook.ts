import { readFile, rename, writeFile } from 'node:fs/promises';
import type { Params } from '../facts/facts.ts';
import type { AppliedEntry } from '../ledger/appliedEntry.ts';
import { isRecord, jsonIn } from '../schema/json.ts';
import { omitUndefined } from '../schema/omitUndefined.ts';
import { UsageError } from '../text/usage.ts';
import type { Mirror } from './mirror.ts';
import { cloudEvent, post } from './request.ts';

export interface WebhookOptions {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The file that holds the position. */
  readonly file: string;
  readonly signal: AbortSignal;
}

/**
 * Sends each entry of a log as a CloudEvent. Its id is the study and the position, so a receiver recognises an event that is sent again, as the last
 * one may be after a crash.
 */
export async function webhookMirror({ url, headers, file, signal }: WebhookOptions): Promise<Mirror> {
  let position = await positionIn(file, url);
  return {
    get position() {
      return position;
    },
    take: async (entries, { created }) => {
      for (const entry of entries) {
        if (entry.position <= position) continue;
        await post({ url, headers }, eventOf(created.study, entry), signal);
        position = entry.position;
        await keep(file, { url, position });
      }
    },
  };
}

function eventOf(study: string, { position, at, author, fact, refusal }: AppliedEntry<Params>) {
  const { type = 'unknown' } = fact as { readonly type?: string };
  return cloudEvent(`${study}/${position}`, type, at, omitUndefined({ study, position, fact, author, refusal }));
}

/** @throws UsageError if the file belongs to another receiver, or has no position */
async function positionIn(file: string, url: string): Promise<number> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new UsageError(`${file}: cannot be read: ${error.message}`);
  });
  if (text === undefined) return 0;
  const known = jsonIn(text);
  if (!isRecord(known) || known.url !== url || !Number.isSafeInteger(known.position))
    throw new UsageError(`${file}: expected a file with the position of a mirror of ${new URL(url).host}`, {
      todo: 'name another file with --position',
    });
  return known.position as number;
}

/** A crash leaves the old file or the new one. */
async function keep(file: string, state: object): Promise<void> {
  await writeFile(`${file}.new`, `${JSON.stringify(state)}\n`);
  await rename(`${file}.new`, file);
}
