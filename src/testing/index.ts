export type { FleetOptions } from './fleet.ts';
export { play } from './fleet.ts';
export type { LogUnderTest, TestApi } from './log.ts';
export { logContract } from './log.ts';
export type { Given, Rig } from './rig.ts';
export { rig } from './rig.ts';
export type { Case, Met } from './strategy.ts';
export { newMet, properties, strategyContract } from './strategy.ts';
