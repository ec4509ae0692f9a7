// What the kernel process and the runtime process say to each other.
//
// Kernel → runtime: node's IPC channel. Runtime → kernel: one pipe (fd 3) of frames in strict order,
// written synchronously, so that a print from a loop that never yields is out at once.
import type { CellMap } from '../language/cell-map.js'
import type { Bundle, CellError, CommMessage } from '../session.js'
import type { TslabCell } from '../tslab/cell.js'

/** A converted cell on its way into the runtime. */
export interface RunCell {
  kind: 'run'
  cell: number
  /** The number shown as `cell [n]`. */
  count: number
  code: string
  js: string
  async: boolean
  declares: string[]
  /** Index of each declared name's scope object. */
  places: number[]
  scopes: number
  map: CellMap
  /** For names that no cell has declared: the import that has them. */
  imports?: Record<string, string>
  /** A magic that runs in the runtime, in place of code. */
  magic?: { name: string; argument: string }
  /** Present where the cell is a module: its text is what `./name` means from here on. */
  module?: string
  /** Present where tslab's converter made the cell ready: its executor evaluates it. */
  tslab?: TslabCell
}

/** A front end's comm message; the channel takes JSON only, so the buffers are base64. */
export interface DeliverComm {
  kind: 'comm'
  number: number
  message: Omit<CommMessage, 'buffers'> & { buffers: string[] }
}

/** A step from one value to another, by properties that are its own and no getters. */
export type LiveStep =
  | { key: string }
  | { call: 'first' | 'last' | 'keys' | 'values' | 'entries' }
  /** What a Map has under the key. */
  | { get: string }

/** Asks for the keys of a value: the path to it starts at a name of the notebook. */
export interface LookForKeys {
  kind: 'look'
  number: number
  root: string
  steps: LiveStep[]
}

/** A key that a value has. `type` in a few words; `kind` as completions name it. */
export interface LiveKey {
  key: string
  type: string
  kind: 'property' | 'method'
}

export type ToRuntime = RunCell | DeliverComm | LookForKeys | { kind: 'stop'; number: number }

export type FromRuntime =
  | { kind: 'ready' }
  | { kind: 'acknowledged'; number: number }
  | { kind: 'keys'; number: number; keys: LiveKey[] | undefined }
  /** A cell has set an environment variable whose name says that it is secret. */
  | { kind: 'secret'; name: string; value: string }
  /** A cell has started a process and does not wait for it, or that process has ended. */
  | { kind: 'child'; pid: number; ended: boolean }
  | { kind: 'display'; cell: number; bundle: Bundle; id?: string }
  | { kind: 'update'; cell: number; bundle: Bundle; id: string; final?: boolean }
  | { kind: 'clear'; cell: number; wait: boolean }
  | { kind: 'result'; cell: number; bundle: Bundle }
  | { kind: 'error'; cell: number; error: CellError }
  | { kind: 'ask'; cell: number; question: number; text: string; password: boolean }
  | { kind: 'compile'; question: number; file: string; text: string }
  /** `number`: the delivered message that this one answers. */
  | { kind: 'comm'; cell: number; number?: number; message: CommMessage }
  /** A cell has taken the comm that the front end opened. */
  | { kind: 'comm-opened'; cell: number; id: string; target: string }
  /** The handlers of a delivered message, which are code of these cells, have run. */
  | { kind: 'handled'; number: number; cells: number[] }
  /** Nothing that the cell has started is left: it will show nothing more. */
  | { kind: 'forgotten'; cell: number }
  | { kind: 'done'; cell: number; status: 'ok' | 'error'; interrupted?: boolean }

/** The first byte of a frame says what it holds. */
export const FRAME = { stdout: 1, stderr: 2, message: 3, binary: 4 } as const

// Length of the payload (4 bytes), kind (1), cell (4). The payload of a binary frame: how many buffers
// (4), the length of the JSON and of each buffer (4 each), the JSON, the buffers.
export const FRAME_HEAD = 9

/** What the kernel says to the watchdog: end what runs; or an answer, its length (4 bytes) and its JSON. */
export const WATCHDOG = { terminate: 0x78, answer: 0x61 } as const

/** File descriptors of the runtime beside 0, 1, 2 and the IPC channel. */
export const PIPE = { outputs: 3, watchdog: 4 } as const
