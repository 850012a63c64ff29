import type { Space } from '../../../streams/index.ts';

/** A function to minimise whose lowest value is known. */
export interface Problem {
  readonly name: string;
  readonly kind: Kind;
  readonly space: Space<object>;
  /** Without noise. */
  readonly loss: (params: object) => number;
  readonly optimum: number;
  /** Standard deviation of the noise added to each reported value. */
  readonly noise?: number;
}

export const kinds = ['synthetic', 'mixed', 'noisy', 'table', 'wide'] as const;
export type Kind = (typeof kinds)[number];

export const problem = <P extends object>(
  kind: Kind,
  name: string,
  over: Space<P>,
  loss: (params: P) => number,
  rest: Pick<Problem, 'optimum' | 'noise'>,
): Problem => ({ kind, name, space: over as Space<object>, loss: loss as (params: object) => number, ...rest });
