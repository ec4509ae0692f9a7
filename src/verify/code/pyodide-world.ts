// One Pyodide interpreter whose whole state can be put back: its memory, its files and its open files.

import { constants, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { pathToFileURL } from 'node:url'

const TEXTS = ['./values.py', './crossing.py', './program_side.py', './test_side.py', './pyodide.py']
/** Modules of Pyodide's own that lead to JavaScript: their names are struck from the table of built-in modules. */
const LEADING_OUT = ['_pyodide_core', 'pyodide_js']

interface Node {
  name: string
  mode: number
  mtime: number
  ctime: number
  size: number
}

/** What is used of Emscripten: its memory and its files. */
interface Machine {
  HEAPU8: Uint8Array
  stackSave(): number
  stackRestore(at: number): void
}
interface Files {
  streams: unknown[]
  readdir(path: string): string[]
  lookupPath(path: string, options?: object): { node: Node & { contents?: { length: number } } }
  isDir(mode: number): boolean
  unlink(path: string): void
  rmdir(path: string): void
  chdir(path: string): void
}

export class World {
  readonly #memory: Uint8Array
  readonly #stack: number
  readonly #nodes = new Map<string, string>()
  readonly #streams: unknown[]

  private constructor(
    private readonly machine: Machine,
    private readonly files: Files,
    /** The functions of pyodide.py. */
    readonly python: Record<'run_test' | 'begin' | 'answer' | 'examine' | 'called', (...args: unknown[]) => string>,
  ) {
    this.#walk('/', (file, mark) => this.#nodes.set(file, mark))
    this.#streams = [...files.streams]
    this.#stack = machine.stackSave()
    this.#memory = machine.HEAPU8.slice()
  }

  static async start(): Promise<World> {
    // Pyodide's file system asks for Node's error numbers in the one way that the permission model refuses.
    ;(process as unknown as { binding(name: string): unknown }).binding = (name) => {
      if (name === 'constants') return { fs: constants }
      throw new Error(`process.binding(${name})`)
    }
    const entry = createRequire(import.meta.url).resolve('pyodide')
    const { loadPyodide } = (await import(
      pathToFileURL(entry.replace(/\.js$/, '.mjs')).href
    )) as typeof import('pyodide')
    const pyodide = await loadPyodide({
      indexURL: `${path.dirname(entry)}${path.sep}`,
      jsglobals: Object.create(null) as object,
      env: { HOME: '/home/pyodide' },
      stdout: () => {},
      stderr: () => {},
    } as Parameters<typeof loadPyodide>[0])
    pyodide.runPython(TEXTS.map((name) => readFileSync(new URL(name, import.meta.url), 'utf8')).join('\n'))
    const python = Object.fromEntries(
      ['run_test', 'begin', 'answer', 'examine', 'called'].map((name) => [name, pyodide.globals.get(name)]),
    )
    const { _module, FS } = pyodide as unknown as { _module: Machine; FS: Files }
    for (const name of LEADING_OUT) strike(_module.HEAPU8, name)
    return new World(_module, FS, python as World['python'])
  }

  /** Bytes of the interpreter's memory now: it grows and never shrinks. */
  get size(): number {
    return this.machine.HEAPU8.length
  }

  /** Puts everything back; false where something was changed that cannot be. */
  restore(): boolean {
    const now = this.machine.HEAPU8
    now.set(this.#memory)
    now.fill(0, this.#memory.length)
    this.machine.stackRestore(this.#stack)
    this.files.streams.length = this.#streams.length
    this.#streams.forEach((stream, k) => {
      this.files.streams[k] = stream
    })
    let whole = true
    const found = new Set<string>()
    const added: [string, boolean][] = []
    this.#walk('/', (file, mark, folder) => {
      found.add(file)
      const before = this.#nodes.get(file)
      if (before === undefined) added.push([file, folder])
      else if (before !== mark) whole = false
    })
    try {
      // The deepest first.
      for (const [file, folder] of added.reverse()) folder ? this.files.rmdir(file) : this.files.unlink(file)
      this.files.chdir('/home/pyodide')
    } catch {
      return false
    }
    return whole && found.size - added.length === this.#nodes.size
  }

  /** Every file: what would show that it was changed. A folder changes when something in it is made or removed. */
  #walk(folder: string, see: (file: string, mark: string, folder: boolean) => void): void {
    for (const name of this.files.readdir(folder)) {
      if (name === '.' || name === '..') continue
      const file = folder === '/' ? `/${name}` : `${folder}/${name}`
      if (file === '/proc' || file === '/dev') continue
      const { node } = this.files.lookupPath(file, { follow: false })
      const inner = this.files.isDir(node.mode)
      see(file, inner ? String(node.mode) : `${node.mode} ${node.ctime} ${node.mtime} ${node.contents?.length}`, inner)
      if (inner) this.#walk(file, see)
    }
  }
}

/** Overwrites a C string wherever it stands whole in memory. */
function strike(memory: Uint8Array, name: string): void {
  const text = Buffer.from(memory.buffer, memory.byteOffset, memory.length)
  const wanted = Buffer.from(`\0${name}\0`)
  for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + 1))
    memory.fill(1, at + 1, at + 1 + name.length)
}

/** Takes from this process what a program that got out of Python would look for. */
export function bare(): void {
  const refuse = () => {
    throw new Error('not here')
  }
  for (const name of ['fetch', 'WebSocket', 'EventSource', 'XMLHttpRequest', 'navigator', 'require', 'module'])
    Reflect.deleteProperty(globalThis, name)
  const { kill } = process
  const own = process as unknown as Record<string, unknown>
  for (const name of [
    'getBuiltinModule',
    'dlopen',
    '_linkedBinding',
    'execve',
    'abort',
    '_debugProcess',
    '_kill',
    'mainModule',
  ])
    if (name in own) {
      try {
        Object.defineProperty(process, name, { value: refuse, configurable: false, writable: false })
      } catch {
        // It is not ours to change.
      }
    }
  process.kill = ((pid: number, signal: string) =>
    pid === process.pid ? kill.call(process, pid, signal) : refuse()) as typeof kill
}
