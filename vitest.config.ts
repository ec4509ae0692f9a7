import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/bench/**', 'test/real/**', 'test/ci/**', 'test/hosts/**', 'node_modules/**'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // Tests start kernels, servers and sandboxes of their own: two files at a time keep two cores honest.
    maxWorkers: 2,
  },
})
