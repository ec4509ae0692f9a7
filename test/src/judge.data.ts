// Tasks for the tests of the judge.
import { judge, type RunnerChoice, type Task } from '../../src/verify/index.js'

export const limits = { timeLimit: 2, memoryLimit: 256 }
export const python = (program: string, stdin: string, stdout: string, more: Partial<Task> = {}): Task => ({
  language: 'python',
  program,
  tests: [{ stdin, stdout }],
  ...limits,
  ...more,
})
export const node = (program: string, stdin: string, stdout: string, more: Partial<Task> = {}): Task => ({
  language: 'javascript',
  program,
  tests: [{ stdin, stdout }],
  ...limits,
  ...more,
})
export const why = async (task: Task, runner: RunnerChoice = 'auto') => (await judge(task, { runner })).why
