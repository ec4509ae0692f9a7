// Which engine understands and runs the cells of a session: ours, or tslab's own.
//
// Everything else of a session (queue, runtime process, interrupt, output order, displays, questions)
// is the same for both. An engine is two things in the kernel, and an evaluator in the runtime:
// runtime/main.ts runs our cells itself, and tslab/evaluate.ts hands them to tslab's executor.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { Fault } from './fault.js'
import type { Converted } from './language/converter.js'
import type { TypedCompletion } from './language/live-query.js'
import type { CompiledModule } from './language/local-module.js'
import type { LanguageProblem } from './language/problems.js'
import { nearest } from './options.js'
import type { Bundle, Session } from './session.js'

const ENGINES = ['skylab', 'tslab'] as const

export type EngineName = (typeof ENGINES)[number]

/** A cell becomes what the runtime can evaluate. */
export interface CellConverter {
  /** The cell made ready, or why it cannot run. */
  convert(code: string): Promise<Converted>
  /** The cell converted last does not run: what it declares is not there. */
  undo(): Promise<void>
  /** The cell converted last has ended: an engine may keep what it declares only where it went well. */
  ended?(well: boolean): Promise<void>
  /** A local module in TypeScript as JavaScript; where absent, its types are only blanked. */
  compile?(file: string, text: string): Promise<CompiledModule>
  isComplete(code: string): ReturnType<Session['isComplete']>
  /** A fresh runtime: all names are forgotten. */
  reset(): Promise<void>
  close(): Promise<void>
}

/** What is known of the cells' names and types. */
export interface CellTypes {
  /** False while an answer is still seconds away. */
  readonly ready: boolean
  /** Adds a cell; gives its type errors where they are not a part of converting it. */
  add(id: number, code: string, check: boolean): Promise<LanguageProblem[]>
  /** A cell that is a module of the notebook's folder, where that is not a part of converting it. */
  addModule?(name: string, code: string, check: boolean): Promise<LanguageProblem[]>
  undo(id: number): Promise<void>
  complete(code: string, at: number): Promise<TypedCompletion>
  inspect(code: string, at: number, detail: 0 | 1): Promise<Bundle | undefined>
  reset(): Promise<void>
  close(): Promise<void>
}

/** The engine that a person names; none is ours. Throws a Fault that names the known ones. */
export function readEngine(text: string | undefined): EngineName {
  if (text === undefined) return 'skylab'
  const known = ENGINES.find((name) => name === text)
  if (known) return known
  const near = nearest(text, [...ENGINES])
  throw new Fault(
    `There is no engine ${JSON.stringify(text)}.`,
    near ? `did you mean --engine ${near}?` : `--engine ${ENGINES.join(' or --engine ')}`,
    2,
  )
}

/** Version of the TypeScript that an engine reads cells with. */
export function typescriptVersion(engine: EngineName): string {
  const ours = createRequire(import.meta.url)
  const file =
    engine === 'skylab'
      ? ours.resolve('typescript/package.json')
      : createRequire(ours.resolve('tslab/package.json')).resolve('@tslab/typescript-for-tslab/package.json')
  return JSON.parse(readFileSync(file, 'utf8')).version
}

/** The name and the display name under which Jupyter knows the kernel of an engine. */
export function kernelNames(engine: EngineName): { name: string; displayName: string } {
  return engine === 'skylab'
    ? { name: 'skylab', displayName: 'TypeScript (skylab)' }
    : { name: 'skylab-tslab', displayName: 'TypeScript (skylab, tslab engine)' }
}
