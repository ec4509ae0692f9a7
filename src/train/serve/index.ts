// Serving a checkpoint: a server where the weights are, and a model here.
export type { Engine, ServeOptions } from './options.js'
export { serve } from './serve.js'
export { Served } from './served.js'
