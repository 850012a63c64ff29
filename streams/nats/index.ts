export { reconnectOptions } from './connection/connect.ts';
export type { NatsLog, NatsLogOptions } from './log/log.ts';
export { natsLog } from './log/log.ts';
export type { ServedStudy, ServeOptions } from './serve/serve.ts';
export { serve } from './serve/serve.ts';
export type { ThreadConnection } from './trainer/beats.ts';
export type { Trainer } from './trainer/runTrainer.ts';
export type { TrainerOptions } from './trainer/trainer.ts';
export { trainer } from './trainer/trainer.ts';
