import type { World } from './world.ts';

/** One attack. */
export interface Attack {
  readonly area: Area;
  readonly what: string;
  /** What must prevent it. Attacks on `configuration` are tried on a server that lets everybody do everything, too, where they must succeed. */
  readonly guard: string;
  /** Tries the attack. @returns whether it succeeded */
  readonly succeeds: (world: World) => Promise<boolean>;
}

export type Area =
  | 'subject'
  | 'rights'
  | 'spoofing'
  | 'deliveries'
  | 'size'
  | 'interface'
  | 'terminal'
  | 'file names'
  | 'arguments'
  | 'YAML'
  | 'prototype'
  | 'checkpoints';

/** The cases of an area, without repeating it. */
export const casesOf =
  (area: Area) =>
  (guard: string, what: string, succeeds: Attack['succeeds']): Attack => ({ area, what, guard, succeeds });
