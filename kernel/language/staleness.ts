// Values that were made from names that have been redefined since: a notebook's way to a wrong number.
//
// A cell that uses `y` is told when `y` was made from an `x` that a later cell has redefined. It is told
// once for each such pair, when the value is used and not when `x` changes: whoever runs the cells below
// again, as one should, hears nothing. Functions see the current value anyway and are never stale.
import type { ConvertedCell } from './convert.js'

interface Definition {
  /** Tells apart the definitions of all names. */
  version: number
  /** The number of the cell that gave it. */
  count: number
  code: string
}

interface Made extends Definition {
  /** What it was made from, as it was then. */
  inputs: Map<string, Definition>
}

/** Knows what each name was made from, cell by cell. */
export class Staleness {
  private readonly definitions = new Map<string, Made>()
  private readonly told = new Set<string>()
  private versions = 0

  /** Takes a cell that ran; gives a line for each stale value that it used. */
  ran(cell: ConvertedCell, code: string, count: number): string[] {
    const flows = cell.flows ?? []
    const own = new Set(cell.declares)
    const used = new Set(flows.flatMap(({ reads }) => reads).filter((name) => !own.has(name)))
    const notes = [...used].flatMap((name) => this.notes(name, count))
    const made = new Set(flows.flatMap(({ names }) => names))
    for (const name of own) if (!made.has(name)) this.define(name, false, code, count, new Map())
    for (const { names, reads } of flows) {
      const inputs = new Map<string, Definition>()
      for (const name of reads) if (this.definitions.has(name)) inputs.set(name, this.definitions.get(name)!)
      for (const name of names) this.define(name, true, code, count, inputs)
    }
    return notes
  }

  /** Forgets everything: a fresh runtime. */
  reset(): void {
    this.definitions.clear()
    this.told.clear()
  }

  private define(name: string, data: boolean, code: string, count: number, inputs: Map<string, Definition>): void {
    // A function, a class or an import of a cell that is run again is what it was.
    if (!data && this.definitions.get(name)?.code === code) return
    this.definitions.set(name, { version: ++this.versions, count, code, inputs })
  }

  private notes(name: string, count: number): string[] {
    const made = this.definitions.get(name)
    const notes: string[] = []
    if (!made) return notes
    for (const [input, then] of made.inputs) {
      const now = this.definitions.get(input)
      if (!now || now.version === then.version || now.count === made.count || now.count === count) continue
      const pair = `${made.version} ${now.version}`
      if (this.told.has(pair)) continue
      this.told.add(pair)
      notes.push(
        `note: \`${name}\` is from cell [${made.count}], which used \`${input}\`, redefined since by cell [${now.count}]`,
      )
    }
    return notes
  }
}
