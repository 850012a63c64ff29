/** Whether this is `npm run test:deep`: a test that only it runs is in `if (isDeep)`, and a `*.deep.test.ts` imports its file. */
export const isDeep = process.env.TEST_DEEP !== undefined;

/** How often a property is checked: `all` in `npm run test:deep`, and by default a tenth in `npm test`. */
export const runs = (all: number, few = Math.ceil(all / 10)): number => (isDeep ? all : few);
