export type { ThreadConnection } from './beats.ts';
export { reconnectOptions } from './connect.ts';
export type { NatsLog, NatsLogOptions } from './log.ts';
export { natsLog } from './log.ts';
export type { Trainer } from './runTrainer.ts';
export type { ServedStudy, ServeOptions } from './serve.ts';
export { serve } from './serve.ts';
export type { TrainerOptions } from './trainer.ts';
export { trainer } from './trainer.ts';
