import { fileURLToPath } from 'node:url';

/** The folder of the Python package. */
export const packageOfPython = fileURLToPath(new URL('../../src/python/', import.meta.url));

/** The environment in which the Python package runs the engine from the source. */
export const engineOfPython = { HYPERTIDE_NODE: fileURLToPath(new URL('../scripts/python-engine.sh', import.meta.url)) };
