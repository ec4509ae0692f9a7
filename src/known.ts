// Options that a call does not have: a misspelt one would be ignored, and paid for.
import { nearest } from './nearest.js'
import { Stopped } from './stopped.js'
import { passed } from './taken.js'

/** The names of a call's options; the compiler asks for all of them, and for no other. */
export type Known<Options> = Record<keyof Options, true>

/**
 * Stops at an option that a call does not have.
 *
 * @param call what is said of it: 'sample(…)'
 * @param fix what to type where options have to be given; left out: they need not be
 * @throws Stopped('bad-call') with the name that was probably meant, and all that there are; for options that are no object.
 */
export function checkKnown<Options extends object>(
  call: string,
  options: Options,
  known: Known<Required<Options>>,
  fix?: string,
): void {
  if (options === undefined && fix === undefined) return
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    throw new Stopped(
      'bad-call',
      options === undefined ? `${call} got no options.` : `The options of ${call} are ${passed(options)}.`,
      fix ?? `{ … } with ${Object.keys(known).sort().join(', ')}`,
    )
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
