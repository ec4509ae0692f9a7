// Where a text goes in circles.

export { type Inspected, inspectRepeats, type RepeatsGroup } from './inspect.js'
export { exactLoops, type Repeats, repeats } from './repeats.js'
