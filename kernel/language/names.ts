// Which names live in the notebook's scope, and on which of its objects.

/** How a name was declared last: what may be done with it follows from that. */
export type NameKind = 'const' | 'let' | 'var' | 'function' | 'class' | 'import'

// V8 keeps an object's properties in fast mode up to 1020 of them; a scope of many thousand names is
// therefore spread over several objects, and a name keeps its object for good.
const NAMES_PER_SCOPE = 500

/** The names of all cells so far. A name that was only mentioned has a place but no kind. */
export class Names {
  private readonly places = new Map<string, number>()
  private readonly kinds = new Map<string, NameKind>()
  private readonly inFunctions = new Map<string, 'read' | 'written'>()
  /** Names of getters and setters in cells: reading such a property may run code. */
  readonly accessors = new Set<string>()
  private readonly before = new Map<string, NameKind | undefined>()

  /** The index of the scope object that holds the name; gives it a place when it has none. */
  place(name: string): number {
    let place = this.places.get(name)
    if (place === undefined) {
      place = Math.floor(this.places.size / NAMES_PER_SCOPE)
      this.places.set(name, place)
    }
    return place
  }

  has(name: string): boolean {
    return this.places.has(name)
  }

  kind(name: string): NameKind | undefined {
    return this.kinds.get(name)
  }

  /** A function of a cell reads or writes the name. */
  capture(name: string, written: boolean): void {
    if (written || !this.inFunctions.has(name)) this.inFunctions.set(name, written ? 'written' : 'read')
  }

  /** What the functions of all cells do with the name. */
  captured(name: string): 'read' | 'written' | undefined {
    return this.inFunctions.get(name)
  }

  /** Declares the names of one cell. */
  declareAll(declared: ReadonlyMap<string, NameKind>): void {
    this.before.clear()
    for (const [name, kind] of declared) {
      this.place(name)
      this.before.set(name, this.kinds.get(name))
      this.kinds.set(name, kind)
    }
  }

  /** Takes back what the last cell declared: it did not run. */
  undo(): void {
    for (const [name, kind] of this.before) {
      if (kind) this.kinds.set(name, kind)
      else this.kinds.delete(name)
    }
    this.before.clear()
  }

  /** How many scope objects there are. */
  get scopes(): number {
    return Math.max(1, Math.ceil(this.places.size / NAMES_PER_SCOPE))
  }
}
