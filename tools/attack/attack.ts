import type { Guard } from './guards.ts';
import type { World } from './world.ts';

/** One attack, the same with and without its guard. */
export interface Attack {
  readonly area: Area;
  readonly what: string;
  /** What must prevent it. The suite takes this away to show that the attack works without it. */
  readonly guard: Guard;
  /** Tries the attack. @returns whether it succeeded */
  readonly succeeds: (world: World) => Promise<boolean>;
}

export type Area =
  | 'subject'
  | 'rights'
  | 'spoofing'
  | 'replay'
  | 'deliveries'
  | 'size'
  | 'HTTP'
  | 'interface'
  | 'terminal'
  | 'file names'
  | 'spreadsheets'
  | 'arguments'
  | 'YAML'
  | 'prototype'
  | 'checkpoints';

/** The cases of an area, without repeating it. */
export const casesOf =
  (area: Area) =>
  (guard: Guard, what: string, succeeds: Attack['succeeds']): Attack => ({ area, what, guard, succeeds });
