/** How often a property is checked: a tenth of `all` in `npm test`, all in `npm run test:deep`. */
export const runs = (all: number): number => (process.env.TEST_DEEP ? all : Math.ceil(all / 10));
