// Threads of Node 20 do not inherit the TypeScript loader of the main thread, and no flag can pass it on.
import { register } from 'tsx/esm/api';

register();
await import('./worker.ts');
