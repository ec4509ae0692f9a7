// Whose a name is: the cell that declared it last, as a value and as a type.
import { aliasOf, type Meaning } from './aliases.js'

/** What stood before a cell declared its names. */
export type Before = Map<string, { value?: string | undefined; type?: string | undefined }>

/** The names of the session: written as typed the first time, with the number of their cell after that. */
export class Owners {
  private readonly values = new Map<string, string>()
  private readonly types = new Map<string, string>()
  private readonly taken: Set<string>

  /** `taken`: the global names of the libraries. */
  constructor(taken: Iterable<string>) {
    this.taken = new Set(taken)
  }

  /** How the name is written in the file of the cell that declared it last as a value, and after it. */
  value(name: string): string | undefined {
    return this.values.get(name)
  }

  type(name: string): string | undefined {
    return this.types.get(name)
  }

  /** How a cell that declares the name now has to write it. */
  writtenIn(name: string, cell: number): string {
    return this.taken.has(name) ? aliasOf(name, cell) : name
  }

  /** Gives names to a cell that writes them as `written` says. */
  declare(names: ReadonlyMap<string, Meaning>, written: ReadonlyMap<string, string>): Before {
    const before: Before = new Map()
    for (const [name, meaning] of names) {
      const owner = written.get(name)!
      this.taken.add(owner)
      const old: { value?: string | undefined; type?: string | undefined } = {}
      if (meaning.value) {
        old.value = this.values.get(name)
        this.values.set(name, owner)
      }
      if (meaning.type) {
        old.type = this.types.get(name)
        this.types.set(name, owner)
      }
      before.set(name, old)
    }
    return before
  }

  /** Takes names back. */
  undo(before: Before): void {
    for (const [name, old] of before) {
      if ('value' in old) restore(this.values, name, old.value)
      if ('type' in old) restore(this.types, name, old.type)
    }
  }
}

function restore(owners: Map<string, string>, name: string, owner: string | undefined): void {
  if (owner) owners.set(name, owner)
  else owners.delete(name)
}
