// Every exercise by its name: one line a lesson.
import { lesson03 } from './lesson-03.js'

export const exercises = { ...lesson03 } as const
