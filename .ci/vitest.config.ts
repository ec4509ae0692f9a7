import { defineConfig } from 'vitest/config'

// What needs Jupyter, a browser or other runtimes on the machine; .ci/run installs them.
export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    include: ['test/ci/**/*.test.ts', 'test/hosts/**/*.test.ts'],
    testTimeout: 300_000,
    hookTimeout: 300_000,
    fileParallelism: false,
  },
})
