// Outputs as they come, kept as a notebook keeps them: streams joined, a display's last state only.
import type { Bundle, Output } from '../session.js'
import type { CodeCell, SavedOutput } from './document.js'

/** Puts outputs into the cells of one notebook. */
export class OutputKeeper {
  /** Every saved output that shows a display id; an update replaces all of them, in whichever cell they stand. */
  readonly #shown = new Map<string, Extract<SavedOutput, { output_type: 'display_data' }>[]>()
  /** Cells that are to be cleared when their next output comes. */
  readonly #clearing = new Set<CodeCell>()
  #changed = false

  /** Whether anything was added since the last call. */
  changed(): boolean {
    const changed = this.#changed
    this.#changed = false
    return changed
  }

  /** Adds one output to the cell that it belongs to. */
  add(cell: CodeCell, output: Output, count: number): void {
    if (output.kind === 'comm') return
    this.#changed = true
    if (output.kind === 'update') {
      for (const saved of this.#shown.get(output.id) ?? []) Object.assign(saved, savedBundle(output.bundle))
      return
    }
    if (output.kind === 'clear') {
      if (output.wait) this.#clearing.add(cell)
      else this.#clear(cell)
      return
    }
    if (this.#clearing.has(cell)) this.#clear(cell)
    if (output.kind === 'stream') {
      const last = cell.outputs.at(-1)
      if (last?.output_type === 'stream' && last.name === output.name) last.text += output.text
      else cell.outputs.push({ output_type: 'stream', name: output.name, text: output.text })
    } else if (output.kind === 'error') {
      const { name, message, traceback } = output.error
      cell.outputs.push({ output_type: 'error', ename: name, evalue: message, traceback })
    } else if (output.kind === 'result') {
      cell.outputs.push({ output_type: 'execute_result', ...savedBundle(output.bundle), execution_count: count })
    } else {
      const saved = { output_type: 'display_data' as const, ...savedBundle(output.bundle) }
      cell.outputs.push(saved)
      if (output.id) this.#shown.set(output.id, [...(this.#shown.get(output.id) ?? []), saved])
    }
  }

  #clear(cell: CodeCell): void {
    this.#clearing.delete(cell)
    cell.outputs = []
  }
}

function savedBundle(bundle: Bundle): { data: Record<string, unknown>; metadata: Record<string, unknown> } {
  return { data: { ...bundle.data }, metadata: { ...bundle.metadata } }
}
