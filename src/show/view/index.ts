// One row, looked at closely.
import { diffView } from './diff.js'
import { repeatsView } from './repeats.js'
import { traceView } from './trace.js'

export const view = { trace: traceView, diff: diffView, repeats: repeatsView }
