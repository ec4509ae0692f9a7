export { chosenLetter, isLetter } from './letter.js'
