// The lessons' exercises and what checks them.
export { type Checked, check } from './check.js'
