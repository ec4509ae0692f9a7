// Values as text, as Node prints them.
import { type InspectOptions, inspect } from 'node:util'

/** The text of a value: as console.log would print it inside an object, without colours. */
export function plain(value: unknown, options: InspectOptions = {}): string {
  try {
    return inspect(value, { colors: false, depth: 4, maxArrayLength: 100, maxStringLength: 10_000, ...options })
  } catch (error) {
    return `(a value that cannot be printed: ${error instanceof Error ? error.message : String(error)})`
  }
}
