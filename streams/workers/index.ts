export { type WorkersOptions, workers } from './workers.ts';
