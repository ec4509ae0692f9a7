export { type Extracted, finalAnswer } from './extract.js'
export { type Grade, grade, graderVersion, type Policy } from './grade.js'
