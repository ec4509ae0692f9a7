// Intervals, pass@k and maj@k, tests of a difference, and how much data it needs.

export { type AtK, majorityOf, passOf, samplesCurve } from './at-k.js'
export { type BootstrapOptions, type Bootstrapped, bootstrap } from './bootstrap.js'
export { type Clustered, clusteredMean } from './clusters.js'
export { type CoverageOptions, coverage } from './coverage.js'
export { fisherExact, type Unpaired, unpairedDifference } from './independent.js'
export { clopperPearson, type Interval, meanInterval, wilson } from './intervals.js'
export { majAtK } from './majority.js'
export { type Difference, holm, type PairedOptions, pairedDifference } from './paired.js'
export { passAtK } from './passk.js'
export {
  mcnemarPower,
  type PowerOptions,
  pairedPower,
  problemsNeeded,
  type Spread,
  samplesNeeded,
  smallestDifference,
  spreadOf,
} from './power.js'
