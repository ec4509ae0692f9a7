// Every exercise by its name: one line a lesson.
import { lesson01 } from './lesson-01.js'
import { lesson02 } from './lesson-02.js'
import { lesson03 } from './lesson-03.js'

export const exercises = { ...lesson01, ...lesson02, ...lesson03 } as const
