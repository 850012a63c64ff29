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
      {
        extends: true,
        test: { name: 'unit', include: ['test/**/*.test.ts'], exclude: ['test/package.test.ts', 'test/chaos/without.test.ts'] },
      },
      // Takes minutes: `npm run test:chaos`.
      { extends: true, test: { name: 'chaos', include: ['test/chaos/without.test.ts'] } },
      {
        extends: true,
        test: {
          name: 'types',
          include: [],
          typecheck: { enabled: true, only: true, include: ['test/**/*.test-d.ts'], tsconfig: 'tsconfig.json' },
        },
      },
      // The packed package in an empty project: needs the build in dist, and a registry.
      { extends: true, test: { name: 'package', include: ['test/package.test.ts'] } },
    ],
  },
});
