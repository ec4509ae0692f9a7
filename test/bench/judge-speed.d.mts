import type { Task } from '../../src/verify/index.js'
export function mixed(count: number): Task[]
export function all(judge: unknown, tasks: Task[], workers: number): Promise<string[]>
