import type { Space } from '../../../streams/index.ts';

/** A function to minimise. */
export interface Problem {
  readonly name: string;
  readonly kind: Kind;
  readonly space: Space<object>;
  /** Without noise. NaN if the trial fails. */
  readonly loss: (params: object) => number;
  /** The lowest value; where that is not known, a bound below it. */
  readonly optimum: number;
  /** Standard deviation of the noise added to each reported value. */
  readonly noise?: number;
}

export const kinds = ['synthetic', 'mixed', 'noisy', 'table', 'wide'] as const;
/** Kinds of problem in which a model can mislead a strategy, so that random search would do better. */
export const hazardous = ['rounded', 'conditional', 'diverging', 'needle', 'failing', 'sparse', 'tree', 'equal'] as const;
export type Kind = (typeof kinds)[number] | (typeof hazardous)[number];

export const problem = <P extends object>(
  kind: Kind,
  name: string,
  over: Space<P>,
  loss: (params: P) => number,
  rest: Pick<Problem, 'optimum' | 'noise'>,
): Problem => ({ kind, name, space: over as Space<object>, loss: loss as (params: object) => number, ...rest });
