// What a runner is: a place where one program meets one test and can harm nobody.

/** What goes into the sandbox of a test; the expected output stays outside. */
export type Trial =
  | { kind: 'stdin'; stdin: string }
  /** `revive`: among the arguments are dicts written as `{ "$dict": [[key, value]] }`. */
  | { kind: 'call'; fn: string; args: unknown[]; revive?: boolean }
  /** `given`: code of the problem's own, which stands before the program and before the assertion. */
  | { kind: 'assert'; assert: string; given?: string }
  /** A special judge, asked about one output. */
  | { kind: 'check'; input: unknown; output: unknown; expected: unknown }

export interface Limits {
  /** Seconds of CPU time; the wall clock stops a sleeper one second later. */
  timeLimit: number
  /** Megabytes. */
  memoryLimit: number
  /** How many times the usual wall time it may take: more than 1 where it runs alone, once more. @default 1 */
  patience?: number
  /** Bytes that it may write, where the expected output is large. @default OUTPUT_LIMIT */
  outputLimit?: number
}

/** What happened inside; whether an output is right is decided outside. */
export interface Outcome {
  status:
    | 'ok'
    | 'value'
    | 'end'
    | 'assertion'
    | 'early-exit'
    | 'missing'
    | 'compile-error'
    | 'runtime-error'
    | 'time-limit'
    | 'memory-limit'
    | 'output-limit'
  /** What was written, for a stdin trial. */
  stdout?: string
  /** JSON text of what was returned, for a call. */
  value?: string
  seconds: number
  detail: string
  /** Stopped by the wall clock while its CPU time was under the limit: a sleeper, or a machine too busy. */
  waited?: boolean
}

export interface Program {
  language: 'python' | 'javascript' | 'typescript'
  source: string
}

export interface Runner {
  readonly name: 'native' | 'pyodide' | 'isolate'
  /** Runs one test. Never throws for anything that the program does. */
  run(program: Program, trial: Trial, limits: Limits): Promise<Outcome>
  /** Kills everything that it started. */
  close(): void
}

/** Bytes that a program may write before it is stopped. */
export const OUTPUT_LIMIT = 16 * 1024 * 1024

/** A runner was closed under a test: the judging was interrupted. */
export class Closed extends Error {
  constructor() {
    super('the sandbox was closed')
  }
}
