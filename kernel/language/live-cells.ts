// The cells that the program of all cells needs: those whose names are still seen or used.
//
// What a cell costs must not grow with their number. So nothing here looks at all of them: only those are
// looked at whose last user or owner has just gone.
import type { CellFiles } from './cell-files.js'
import type { Before, Owners } from './owners.js'

export interface LiveCell {
  id: number
  /** The names of its files. */
  slot: string
  moduleSlot: string
  code: string
  files: CellFiles
  /** How its names are written in the files. */
  written: Map<string, string>
  /** Who owned its names before it. */
  before: Before
}

export class LiveCells {
  private readonly cells = new Set<LiveCell>()
  private readonly byCode = new Map<string, LiveCell[]>()
  /** By each name as it is written in the files: the cell that declares it, and how many mention it. */
  private readonly declarer = new Map<string, LiveCell>()
  private readonly uses = new Map<string, number>()
  private readonly doubtful = new Set<LiveCell>()

  all(): Iterable<LiveCell> {
    return this.cells
  }

  /** The latest cell of this text. */
  ofCode(code: string): LiveCell | undefined {
    return this.byCode.get(code)?.at(-1)
  }

  ofId(id: number): LiveCell | undefined {
    for (const cell of this.cells) if (cell.id === id) return cell
    return undefined
  }

  add(cell: LiveCell): void {
    this.cells.add(cell)
    this.byCode.set(cell.code, [...(this.byCode.get(cell.code) ?? []), cell])
    for (const name of cell.written.values()) this.declarer.set(name, cell)
    for (const name of cell.files.uses) this.uses.set(name, (this.uses.get(name) ?? 0) + 1)
    this.doubtful.add(cell)
  }

  /** A cell took these names from their owners, or gave them back. */
  changed(cell: LiveCell): void {
    this.doubtful.add(cell)
    for (const { value, type } of cell.before.values()) {
      this.doubt(value)
      this.doubt(type)
    }
  }

  /** Takes out and gives the cells that declare nothing, or nothing that is still seen or used. */
  takeDead(owners: Owners): LiveCell[] {
    const dead: LiveCell[] = []
    // A cell that goes may be the last user of another: the set grows while it is walked.
    for (const cell of this.doubtful) {
      this.doubtful.delete(cell)
      if (!this.cells.has(cell) || !this.isDead(cell, owners)) continue
      dead.push(cell)
      this.remove(cell)
    }
    return dead
  }

  private remove(cell: LiveCell): void {
    this.cells.delete(cell)
    const same = this.byCode.get(cell.code)!.filter((each) => each !== cell)
    if (same.length > 0) this.byCode.set(cell.code, same)
    else this.byCode.delete(cell.code)
    for (const name of cell.written.values()) this.declarer.delete(name)
    for (const name of cell.files.uses) {
      const others = this.uses.get(name)! - 1
      if (others > 0) this.uses.set(name, others)
      else this.uses.delete(name)
      this.doubt(name)
    }
  }

  private doubt(name: string | undefined): void {
    const cell = name === undefined ? undefined : this.declarer.get(name)
    if (cell) this.doubtful.add(cell)
  }

  private isDead({ files, written }: LiveCell, owners: Owners): boolean {
    // `declare global`, `declare module` and side-effect imports reach every cell.
    if (files.module !== undefined && files.names.size === 0) return false
    for (const name of files.names.keys()) {
      const alias = written.get(name)!
      if (owners.value(name) === alias || owners.type(name) === alias) return false
      if ((this.uses.get(alias) ?? 0) > (files.uses.has(alias) ? 1 : 0)) return false
    }
    return true
  }
}
