import { isName } from '../protocol/subjects.ts';

/** A checkpoint on the server, as the fact of a trainer names it. */
export interface Reference {
  /** `<trainer>.<trial>.<attempt>.<name>`: what the subjects of its chunks have in common. The name is new for each save. */
  readonly id: string;
  /** Of the whole. */
  readonly bytes: number;
  readonly sha256: string;
}

const FORM = /^nats:([^/]+)\/([1-9]\d{0,14}\/[1-9]\d{0,14}\/\w{1,64})\/(\d{1,12})\/([0-9a-f]{64})$/;

/** The text of a reference in facts. @example nats:w1/17/1/X9HE1NPCEFLU3ZP1P1IUKK/1048576/9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 */
export const referenceText = ({ id, bytes, sha256 }: Reference): string => `nats:${id.replaceAll('.', '/')}/${bytes}/${sha256}`;

/** The checkpoint on the server that a text names; undefined if it names another kind, such as a path. */
export function parseReference(text: string | undefined): Reference | undefined {
  const [, trainer, rest = '', bytes, sha256 = ''] = FORM.exec(text ?? '') ?? [];
  return isName(trainer) ? { id: `${trainer}.${rest.replaceAll('/', '.')}`, bytes: Number(bytes), sha256 } : undefined;
}
