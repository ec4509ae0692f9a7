export { type Extracted, finalAnswer } from './extract.js'
export { type Grade, type GradeOptions, grade, graderVersion, type Policy } from './grade.js'
export { checkedRules, type Rules } from './rules.js'
