import { modules } from '../../bundling.ts';

/** The modules in the reference of the library. Those for small programs are parts of `hypertide`. */
export const documented = modules.filter(([name]) => !['core', 'strategies'].includes(name));
