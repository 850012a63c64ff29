export type { NatsLog, NatsLogOptions } from './log.ts';
export { natsLog } from './log.ts';
