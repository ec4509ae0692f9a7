// Faults that a replay server makes on purpose, so that a client can be seen to bear them.
import { createHash } from 'node:crypto'

/** Shares of requests from 0 to 1, drawn from the request itself and how often it came: the same in every run. */
export interface Faults {
  /** Answered with 429 and a short Retry-After. */
  limit?: number
  /** Answered with 500. */
  error?: number
  /** Connection broken in the middle of the answer. */
  cut?: number
  /** Milliseconds before the first byte, for every request. */
  slow?: number
}

export type Fault = 'limit' | 'error' | 'cut' | undefined

/** Draws what goes wrong with the `attempt`-th arrival (from 0) of a request. */
export function drawFault({ limit = 0, error = 0, cut = 0 }: Faults, key: string, attempt: number): Fault {
  if (limit + error + cut === 0) return undefined
  const digest = createHash('sha256').update(`${key} ${attempt}`).digest()
  const lot = digest.readUInt32BE(0) / 2 ** 32
  if (lot < limit) return 'limit'
  if (lot < limit + error) return 'error'
  if (lot < limit + error + cut) return 'cut'
  return undefined
}
