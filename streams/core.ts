export type { Rng } from '../src/numeric/random.ts';
export type { Core, Fold } from '../src/strategy/core.ts';
export { child, isBy } from '../src/strategy/env.ts';
export { isEvent, propose, stateIn, stateTag, wait } from '../src/strategy/messages.ts';
export { drive, type Inspect } from './kernel/drive.ts';
export { runInner } from './kernel/inner.ts';
export { operatorOf, type RunningStrategy } from './kernel/operator.ts';
export { partOf, stage, withSpec } from './kernel/strategy.ts';
export * from './studies.ts';
