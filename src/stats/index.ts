// Intervals, pass@k and paired tests.

export { type Interval, meanInterval, wilson } from './intervals.js'
export { type Difference, holm, pairedDifference } from './paired.js'
export { passAtK } from './passk.js'
