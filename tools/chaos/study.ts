import { bo, float, int, random, space } from '../../streams/index.ts';

/** The study of the chaos test. */
export const STUDY = 'chaos';
export const parameters = space({ x: float(-5, 5), n: int(1, 9) });
export const strategies = { random, bo } as const;
export type StrategyName = keyof typeof strategies;
