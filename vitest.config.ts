import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { tsconfigPaths: true },
  test: {
    // Only for tests that hang: a busy machine must not make a property fail by a timeout.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 120_000 } },
    // One more than cores: many tests wait for servers and programs.
    maxWorkers: availableParallelism() + 1,
    // Keeps transformed sources below node_modules, so that the next run loads modules twice as fast. `npx vitest --clearCache` removes them.
    experimental: { fsModuleCache: true },
    // Tests compare output as text, and some CI systems turn colours on.
    env: { NO_COLOR: '1' },
    // One report per run, which .ci/run adds up.
    reporters: process.env.CI ? ['default', ['json', { outputFile: `.results/${process.pid}.json` }]] : ['default'],
    projects: [
      // Files share a process and its modules, since most take longer to load modules than to run.
      {
        extends: true,
        test: {
          name: 'unit',
          globalSetup: 'test/support/temporary.ts',
          isolate: false,
          include: ['{test,tools}/**/*.test.ts'],
          exclude: ['**/*.deep.test.ts'],
        },
      },
      // What test/README.md calls deep: `npm run test:deep`.
      {
        extends: true,
        test: {
          name: 'deep',
          include: ['{test,tools}/**/*.deep.test.ts'],
          env: { TEST_DEEP: '1' },
        },
      },
      {
        extends: true,
        test: {
          name: 'types',
          include: [],
          typecheck: {
            enabled: true,
            only: true,
            checker: './node_modules/typescript-native/bin/tsc',
            include: ['test/**/*.test-d.ts'],
            tsconfig: 'test/types/tsconfig.json', // what these need: `npm run types` checks everything
          },
        },
      },
    ],
  },
});
