import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { tsconfigPaths: true },
  test: {
    // A property test that times out looks like a property that fails: this is for what hangs, on a machine that has other things to do.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    // Much of the time is waiting for servers and programs.
    maxWorkers: '100%',
    // What programs print is compared as text; on a CI they would colour it.
    env: { NO_COLOR: '1' },
    // .ci/run adds up what it ran: a report a run.
    reporters: process.env.CI ? ['default', ['json', { outputFile: `.results/${process.pid}.json` }]] : ['default'],
    projects: [
      { extends: true, test: { name: 'unit', include: ['test/**/*.test.ts'], exclude: ['test/**/*.deep.test.ts'] } },
      // What test/README.md calls deep: `npm run test:deep`.
      { extends: true, test: { name: 'deep', include: ['test/**/*.deep.test.ts'], env: { TEST_DEEP: '1' } } },
      {
        extends: true,
        test: {
          name: 'types',
          include: [],
          typecheck: { enabled: true, only: true, include: ['test/**/*.test-d.ts'], tsconfig: 'tsconfig.json' },
        },
      },
    ],
  },
});
