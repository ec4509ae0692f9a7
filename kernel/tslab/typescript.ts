// tslab's own TypeScript, a fork of 5.0 that it cannot be parted from. Loaded on the first call.
import { createRequire } from 'node:module'

export type TypeScript = typeof import('@tslab/typescript-for-tslab')

/** The instance that tslab's converter uses in this thread. */
export function loadTypeScript(): TypeScript {
  const tslab = createRequire(import.meta.url).resolve('tslab/package.json')
  return createRequire(tslab)('@tslab/typescript-for-tslab') as TypeScript
}
