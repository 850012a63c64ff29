// Threads of Node 20 do not inherit what reads TypeScript in the main thread, and cannot be given it by a flag.
import { register } from 'tsx/esm/api';

register();
await import('./worker.ts');
