// Options that a call does not have: a misspelt one would be ignored, and paid for.
import { nearest } from './nearest.js'
import { Stopped } from './stopped.js'

/** The names of a call's options; the compiler asks for all of them, and for no other. */
export type Known<Options> = Record<keyof Options, true>

/**
 * Stops at an option that a call does not have.
 *
 * @param call what is said of it: 'sample(…)'
 * @throws Stopped('bad-call') with the name that was probably meant, and all that there are.
 */
export function checkKnown<Options extends object>(
  call: string,
  options: Options,
  known: Known<Required<Options>>,
): void {
  if (typeof options !== 'object' || options === null) return
  for (const name of Object.keys(options)) {
    if (Object.hasOwn(known, name)) continue
    const names = Object.keys(known)
    const meant = nearest(name, names)
    throw new Stopped(
      'bad-call',
      `${call} has no option ${name}${meant === undefined ? '' : `; did you mean ${meant}?`}`,
      `one of ${names.sort().join(', ')}`,
    )
  }
}
