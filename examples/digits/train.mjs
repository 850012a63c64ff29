// Threads of Node 20 do not inherit the TypeScript loader of the main thread, and no flag can pass it on.
import { register } from 'tsx/esm/api';

register();
const { default: train } = await import('./train.ts');
export default train;
