// The cells of one runtime that run or may still print: where their outputs go, and how they end.
import { headline } from '../display/error-text.js'
import type { Secrets } from '../display/secrets.js'
import type { CellError, Outcome, Output, RunOptions } from '../session.js'
import { OutputOrder } from './output-order.js'
import type { FromRuntime } from './protocol.js'

/** What a cell's front end gives: a place for its outputs, and maybe somebody to ask. */
export type CellListener = Pick<RunOptions, 'onOutput' | 'onPrompt'>

/** What the runtime says of one cell. */
export type OfCell = Extract<
  FromRuntime,
  { kind: 'display' | 'update' | 'clear' | 'result' | 'error' | 'done' | 'forgotten' }
>

interface OpenCell {
  order: OutputOrder
  listener: CellListener
  end: ((outcome: Outcome) => void) | undefined
  error: CellError | undefined
}

// Cells that have ended are kept for what they print late, until the runtime says that nothing of them
// is left; so many at most.
const KEPT = 20_000

export class OpenCells {
  /** The one whose code runs. */
  running: number | undefined
  private readonly secrets: Secrets
  private readonly cells = new Map<number, OpenCell>()
  private latest = 0

  constructor(secrets: Secrets) {
    this.secrets = secrets
  }

  /** A cell begins; resolves when it has ended. */
  begin(id: number, listener: CellListener): Promise<Outcome> {
    return new Promise((resolve) => {
      const order = new OutputOrder(listener.onOutput, this.secrets)
      this.cells.set(id, { order, listener, end: resolve, error: undefined })
      this.running = id
      this.latest = id
      if (this.cells.size > KEPT) this.cells.delete(this.cells.keys().next().value!)
    })
  }

  /** Text that a cell has printed; where nobody says which, the one that runs, or ran last. */
  stream(id: number | undefined, name: 'stdout' | 'stderr', text: string): void {
    this.cells.get(id ?? this.running ?? this.latest)?.order.stream(name, text)
  }

  output(id: number, output: Output): void {
    this.cells.get(id)?.order.output(output)
  }

  /** What these cells have printed so far is given out. */
  flush(ids: readonly number[]): void {
    for (const id of ids) this.cells.get(id)?.order.flush()
  }

  /** Asks whoever has asked for the cell. */
  async prompt(id: number, text: string, password: boolean): Promise<string> {
    const cell = this.cells.get(id)
    cell?.order.flush()
    if (!cell?.listener.onPrompt)
      throw new Error('Nobody can be asked here: prompt() needs a front end that takes input.')
    return cell.listener.onPrompt(text, password)
  }

  heard(message: OfCell): void {
    const cell = this.cells.get(message.cell)
    if (!cell) return
    if (message.kind === 'forgotten') {
      if (!cell.end) this.cells.delete(message.cell)
      return
    }
    // The end of a cell that was given up has been told already.
    if (!cell.end && (message.kind === 'done' || message.kind === 'error' || message.kind === 'result')) return
    if (message.kind === 'done') {
      this.ends(message.cell, cell, message.status, message.interrupted)
      return
    }
    if (message.kind === 'error') cell.error = this.secrets.maskAll(message.error)
    const { cell: _, ...output } = message
    cell.order.output(output)
  }

  /** Ends a cell whose own end will not come. */
  giveUp(id: number, message: string): void {
    const cell = this.cells.get(id)
    if (!cell?.end) return
    cell.error = { name: 'Interrupted', message, traceback: [headline('Interrupted', message)] }
    cell.order.output({ kind: 'error', error: cell.error })
    this.ends(id, cell, 'error', true)
  }

  /** Nothing runs here any more: what was printed is given out, and the running cell has its end. */
  close(error: CellError): void {
    const id = this.running
    this.running = undefined
    for (const [each, cell] of this.cells) {
      if (each !== id || !cell.end) cell.order.flush()
      else {
        cell.order.output({ kind: 'error', error })
        cell.end({ status: 'error', error })
        cell.end = undefined
      }
    }
  }

  private ends(id: number, cell: OpenCell, status: 'ok' | 'error', interrupted?: boolean): void {
    if (this.running === id) this.running = undefined
    // What a child of the cell wrote is in the pipe already: let it be read first.
    setImmediate(() => {
      cell.order.flush()
      cell.end?.({ status, ...(cell.error ? { error: cell.error } : {}), ...(interrupted ? { interrupted } : {}) })
      cell.end = undefined
    })
  }
}
