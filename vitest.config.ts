import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** Checks of the repository itself, which `npm run check` runs. */
const STATIC = ['test/{boundaries,bundle,dependencies,docs,sources,version}.test.ts', 'test/words/**/*.test.ts', 'tools/*.test.ts'];
/** The shells of the code: their tests start the command, servers and programs, and wait for these. */
const SHELLS = [
  'test/{cli,dashboard,deploy,examples,host,monitoring,python,server,stores,worker}/**/*.test.ts',
  'test/streams/{http,log,nats,workers}/**/*.test.ts',
  'test/contract/doors/servers.test.ts',
  'test/{ci,programs/startProgram,programs/outcome,streams/process,streams/processLimits}.test.ts',
  'tools/*/**/*.test.ts',
];
const DEEP = '**/*.deep.test.ts';

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
      ...Object.entries({
        unit: { include: ['test/**/*.test.ts'], exclude: [...STATIC, ...SHELLS, DEEP] },
        integration: { include: SHELLS, exclude: [DEEP], setupFiles: 'test/support/nativeSignatures.ts' },
        static: { include: STATIC, exclude: [] },
      }).map(([name, files]) => ({
        extends: true as const,
        test: { name, ...files, globalSetup: 'test/support/temporary.ts', isolate: false },
      })),
      // What test/README.md calls deep: `npm run test:deep`.
      {
        extends: true,
        test: {
          name: 'deep',
          include: [`{test,tools}/${DEEP}`],
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
