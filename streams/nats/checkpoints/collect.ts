import type { Ledger } from '../../../src/ledger/ledger.ts';
import type { TrialId } from '../../../src/strategy/messages.ts';
import { ADMITTED } from '../protocol/subjects.ts';
import { parseReference } from './reference.ts';
import type { Saved } from './room.ts';

/** What a trainer has saved of a trial on the server. */
export type Stored = Omit<Saved, 'named'>;

/** What is on the server. @param subjects of the parts. */
export function storedOn(subjects: Iterable<string>): Stored[] {
  const found = new Map<string, Stored & { parts: string[] }>();
  for (const subject of subjects) {
    const [trainer = '', name = '', part = ''] = subject.split('.').slice(-3); // the prefix may have any number of tokens
    if (trainer === ADMITTED) continue;
    const filter = `${subject.slice(0, subject.lastIndexOf('.'))}.*`;
    const trial = String(Number(name)) === name ? Number(name) : Number.NaN;
    const saved = found.get(filter) ?? { trainer, trial, filter, parts: [] };
    found.set(filter, saved);
    saved.parts.push(part);
  }
  return [...found.values()];
}

type Known = Pick<Ledger<unknown>, 'open' | 'status' | 'results'>;

/** What runs may still need of it. */
export interface Needs {
  /** Digests of the manifests that a run may resume from: of the checkpoint that an open trial resumes, or that an ended trial named. */
  readonly manifests: (stored: Pick<Stored, 'trainer' | 'trial'>) => readonly string[];
  /** Whether a run of this trainer may be saving: its trial is open, and the trainer has held it. */
  readonly maySave: (stored: Pick<Stored, 'trainer' | 'trial'>) => boolean;
}

/** What runs may resume from, and what they may be saving. Nothing else is needed. */
export function needsOf(ledger: Known): Needs {
  const resumed = new Map<string, Set<string>>();
  const add = (text: string | undefined) => {
    const named = parseReference(text);
    if (!named) return;
    const key = storedKey(named);
    resumed.set(key, (resumed.get(key) ?? new Set()).add(named.sha256));
  };
  for (const { suggestion, checkpoint } of ledger.open.values()) add(checkpoint ?? suggestion.checkpoint);
  return {
    manifests: ({ trainer, trial }) => {
      const found = new Set(resumed.get(storedKey({ trainer, trial })));
      const named = parseReference(ledger.results.checkpoint(trial));
      if (ledger.status(trial) !== 'retracted' && named?.trainer === trainer && named.trial === trial) found.add(named.sha256);
      return [...found];
    },
    maySave: ({ trainer, trial }) => [...(ledger.open.get(trial)?.runs.values() ?? [])].includes(trainer),
  };
}

export const storedKey = ({ trainer, trial }: { readonly trainer: string; readonly trial: TrialId }) => `${trainer}/${trial}`;
