/** How often a property is checked: `all` in `npm run test:deep`, and by default a tenth in `npm test`. */
export const runs = (all: number, few = Math.ceil(all / 10)): number => (process.env.TEST_DEEP ? all : few);
