export { finalAnswer, type Extracted } from './extract.js'
export { type Grade, grade, graderVersion, type Policy } from './grade.js'
