import { expect } from 'vitest'
import type { SourceAccount } from '../../src/problems/index.js'

/** JSON Lines. */
export const lines = (rows: object[]) => rows.map((row) => JSON.stringify(row)).join('\n')

/** What holds of every account. */
export function addsUp(account: SourceAccount): SourceAccount {
  expect(Object.values(account.dropped).reduce((sum, n) => sum + n, account.kept)).toBe(account.held)
  return account
}
