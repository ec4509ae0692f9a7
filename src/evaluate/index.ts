// Benchmarks, k samples, intervals, paired comparison.

export { type Comparison, compare } from './compare.js'
export { type EvaluateOptions, evaluate, score } from './evaluate.js'
