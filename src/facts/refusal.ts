export type RefusalCode =
  | 'not-json'
  | 'other-version'
  | 'damaged'
  | 'too-large'
  | 'too-deep'
  | 'missing-field'
  | 'bad-field'
  | 'unknown-trial'
  | 'ended'
  | 'open'
  | 'stale-run'
  | 'wrong-author'
  | 'claimed'
  | 'paused'
  | 'avoided'
  | 'duplicate-step'
  | 'duplicate'
  | 'too-many'
  | 'out-of-place';
/** Why a fact does not count. */
export interface Refusal {
  readonly code: RefusalCode;
  /** One sentence: where, what was expected, what was given. */
  readonly message: string;
}
