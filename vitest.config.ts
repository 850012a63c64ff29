import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // A property test that times out looks like a property that fails.
    testTimeout: 60_000,
    typecheck: { enabled: true, include: ['test/**/*.test-d.ts'], tsconfig: 'tsconfig.json' },
    include: ['test/**/*.test.ts'],
  },
});
