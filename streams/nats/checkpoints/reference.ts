import type { TrialId } from '../../../src/strategy/messages.ts';
import { isName } from '../protocol/subjects.ts';

/** A checkpoint on the server, as the fact of a trainer names it. */
export interface Reference {
  /** The trainer that saved it, and the trial. */
  readonly trainer: string;
  readonly trial: TrialId;
  /** Of its manifest. */
  readonly sha256: string;
}

const FORM = /^nats:([^/]+)\/([1-9]\d{0,14})\/([0-9a-f]{64})$/;

export const isDigest = (text: unknown): text is string => typeof text === 'string' && /^[0-9a-f]{64}$/.test(text);

/** The text of a reference in facts. @example nats:w1/17/9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 */
export const referenceText = ({ trainer, trial, sha256 }: Reference): string => `nats:${trainer}/${trial}/${sha256}`;

/** The checkpoint on the server that a text names; undefined if it names another kind, such as a path. */
export function parseReference(text: string | undefined): Reference | undefined {
  const [, trainer = '', trial, sha256 = ''] = FORM.exec(text ?? '') ?? [];
  return isName(trainer) ? { trainer, trial: Number(trial), sha256 } : undefined;
}
