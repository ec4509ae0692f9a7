// What the `skylab` command hands to the library: each takes its arguments and gives an exit status.
export { replay } from './replay.js'
export { rows } from './rows.js'
