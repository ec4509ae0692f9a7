// The one contract between a face (Jupyter, terminal, headless notebook) and the language.
import type { EngineName } from './engine.js'

/** One thing to show, in every form that it has: MIME type → value (JSON types as JSON). */
export interface Bundle {
  data: Record<string, unknown>
  metadata?: Record<string, unknown>
}

export type Output =
  | { kind: 'stream'; name: 'stdout' | 'stderr'; text: string }
  | { kind: 'display'; bundle: Bundle; id?: string }
  /** `final`: nothing more will come under this id. */
  | { kind: 'update'; bundle: Bundle; id: string; final?: boolean }
  | { kind: 'clear'; wait: boolean }
  | { kind: 'result'; bundle: Bundle }
  | { kind: 'error'; error: CellError }
  /** What the cell says on a comm: nothing to show, for front ends that know comms. */
  | { kind: 'comm'; message: CommMessage }

/** One message of a comm, in either direction (protocol: "Custom Messages"). */
export interface CommMessage {
  kind: 'open' | 'message' | 'close'
  id: string
  /** Present where kind is 'open'. */
  target?: string
  data: Record<string, unknown>
  metadata?: Record<string, unknown>
  /** Binary data beside the JSON. */
  buffers?: Uint8Array[]
}

/** An error as a front end shows it. `traceback` lines may hold ANSI colours and name `cell [n] line:column`. */
export interface CellError {
  name: string
  message: string
  traceback: string[]
}

export interface RunOptions {
  /** The number in `cell [n]`, and the execution count of the result. */
  count: number
  /**
   * Called for every output in order, also for those that come after the cell has ended (a timer
   * that prints late): they belong to the cell that started them.
   */
  onOutput(output: Output): void
  /** Answers `prompt()` in the cell. Where absent, `prompt()` throws. */
  onPrompt?(text: string, password: boolean): Promise<string>
  /** Nobody hears what comes after the end of the cell: it ends only when its type errors are told. */
  waitForTypes?: boolean
}

export interface Outcome {
  status: 'ok' | 'error'
  /** Present where status is 'error'; the same was given to onOutput. */
  error?: CellError
  /** True where the cell was ended by interrupt(). */
  interrupted?: boolean
}

export interface Completion {
  /** UTF-16 offsets of what a chosen item replaces. */
  from: number
  to: number
  items: CompletionItem[]
}

export interface CompletionItem {
  text: string
  /** What it is, in a word: property, method, const, module, … */
  type: string
  /** The type of its value, where it is known. */
  signature?: string
  /** Where this item replaces more than the others: from here on. */
  from?: number
}

export interface SessionOptions {
  /** Where cells run: relative paths and imports start here. */
  cwd: string
  env?: NodeJS.ProcessEnv
  /** What understands and runs the cells. @default 'skylab' */
  engine?: EngineName
}

export interface Session {
  /** Runs one cell; resolves when it has ended and its outputs have been given out. Cells are queued. */
  run(code: string, options: RunOptions): Promise<Outcome>
  /** Offsets in UTF-16 code units. Answers while a cell runs. */
  complete(code: string, at: number): Promise<Completion>
  /** What is at the offset: type and documentation as text/plain (and text/markdown), or undefined. */
  inspect(code: string, at: number, detail: 0 | 1): Promise<Bundle | undefined>
  isComplete(code: string): Promise<{ status: 'complete' | 'incomplete' | 'invalid'; indent?: string }>
  /** Values of expressions after a cell, for user_expressions: each a bundle or an error. */
  evaluate(expression: string): Promise<{ bundle: Bundle } | { error: CellError }>
  /**
   * Gives a front end's comm message to the cells; resolves when their handlers have run, while a
   * cell runs only when it awaits. What they send meanwhile is an answer and goes to `onAnswer`.
   */
  comm(message: CommMessage, onAnswer: (message: CommMessage) => void): Promise<void>
  /** The comms that are open: id → name of the target. */
  comms(): ReadonlyMap<string, string>
  /** Ends the running cell and keeps the variables. Resolves when the session is ready for the next cell. */
  interrupt(): Promise<void>
  /** A fresh runtime: all variables gone. */
  restart(): Promise<void>
  close(): Promise<void>
}
