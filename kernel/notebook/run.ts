// `skylab run`: a notebook from its first cell to its last, without a front end.

import path from 'node:path'
import type { EngineName } from '../engine.js'
import { Fault } from '../fault.js'
import { lateTypes } from '../late-types.js'
import type { Outcome, Output, Session } from '../session.js'
import { Printer, type Screen } from '../terminal.js'
import {
  type Cell,
  type CodeCell,
  kernelMetadata,
  type Notebook,
  notebookText,
  readNotebook,
  repairIds,
  writeNotebook,
  writeWhole,
} from './document.js'
import { OutputKeeper } from './outputs.js'
import { injectParameters, type Parameter } from './parameters.js'
import { SafeFile } from './safe-file.js'
import { WidgetStates } from './widgets.js'

/** How often a running cell's outputs are saved, in milliseconds. */
const SAVED_EVERY = 10_000

export interface RunNotebookOptions {
  notebook: string
  /** Where the executed notebook is written, after every cell. Absent: it is not written. */
  output?: string
  /** Where the standalone page is written at the end. */
  html?: string
  parameters?: Parameter[]
  /** Where cells run. @default the folder that the command was called in */
  cwd?: string
  /** What understands and runs the cells. @default 'skylab' */
  engine?: EngineName
  screen: Screen
  /** Opens the session in which the cells run. */
  open(options: { cwd: string; engine: EngineName }): Promise<Session>
  /** Aborted when the person presses Ctrl-C: the running cell is interrupted and no other is begun. */
  signal?: AbortSignal
}

/** Runs a notebook; resolves to the exit status: 0, or 1 where a cell ended in an error, or 130 where it was stopped. */
export async function runNotebook(options: RunNotebookOptions): Promise<number> {
  const engine = options.engine ?? 'skylab'
  const notebook = prepared(readNotebook(options.notebook), engine)
  await injectParameters(notebook, options.parameters ?? [])
  // Before the first cell has run and cost anything, it is known that the results can be written.
  if (options.output) writeNotebook(options.output, notebook)
  if (options.html) writeWhole(options.html, '')

  const printer = new Printer(options.screen)
  const output = options.output && new SafeFile(options.output, (text) => printer.note(text, 'red'))
  const page = options.html && new SafeFile(options.html, (text) => printer.note(text, 'red'))
  const widgets = new WidgetStates()
  const save = () => {
    const shown = widgets.metadata()
    if (shown) notebook.metadata.widgets = shown
    if (output) output.write(notebookText(notebook))
  }
  const keeper = new OutputKeeper()
  const session = await options.open({ cwd: options.cwd ?? process.cwd(), engine })
  const stop = () => void session.interrupt().catch(() => undefined)
  options.signal?.addEventListener('abort', stop)
  // A cell may take hours: what it has shown is saved meanwhile.
  const meanwhile = setInterval(() => keeper.changed() && save(), SAVED_EVERY)
  const started = performance.now()
  let count = 0
  let failed: Outcome | undefined
  let ended = false
  try {
    for (const cell of notebook.cells) {
      if (options.signal?.aborted) break
      if (cell.cell_type === 'markdown') printHeadings(printer, cell)
      if (!isRun(cell)) continue
      count++
      const outcome = await runCell(session, cell, count, printer, (output) => {
        if (output.kind !== 'comm') keeper.add(cell, output, count)
        // At its end a session closes every comm; the widgets were there all the same.
        else if (!ended) widgets.hear(output.message)
      })
      save()
      if (outcome.status === 'error' && (outcome.interrupted || !cell.metadata.tags?.includes('raises-exception'))) {
        failed = outcome
        break
      }
    }
    if (!options.signal?.aborted) await lateTypes(session)
  } finally {
    ended = true
    clearInterval(meanwhile)
    options.signal?.removeEventListener('abort', stop)
    await session.close()
  }
  // Once more: what came late belongs to the cells that started it.
  save()
  if (page) {
    const { htmlPage } = await import('./html.js')
    const { name: title, dir: folder } = path.parse(options.notebook.replace(/\.ipynb$/, ''))
    page.write(await htmlPage(notebook, { title, folder: folder || '.' }))
  }
  report(printer, notebook, options, { count, failed, seconds: (performance.now() - started) / 1000 })
  if (output) output.check()
  if (page) page.check()
  if (options.signal?.aborted) return 130
  return failed ? 1 : 0
}

/** Tags of cells that are left as they are; the longer one is nbclient's. */
const skipping = ['skip', 'skip-execution']

function isRun(cell: Cell): cell is CodeCell {
  if (cell.cell_type !== 'code' || cell.source.trim() === '') return false
  return !cell.metadata.tags?.some((tag) => skipping.includes(tag))
}

function prepared(notebook: Notebook, engine: EngineName): Notebook {
  Object.assign(notebook.metadata, kernelMetadata(engine))
  delete notebook.metadata.widgets
  repairIds(notebook)
  for (const cell of notebook.cells) {
    if (!isRun(cell)) continue
    cell.outputs = []
    cell.execution_count = null
  }
  return notebook
}

async function runCell(
  session: Session,
  cell: CodeCell,
  count: number,
  printer: Printer,
  keep: (output: Output) => void,
): Promise<Outcome> {
  cell.execution_count = count
  const began = new Date().toISOString()
  let ended = false
  const outcome = await session.run(cell.source, {
    count,
    onOutput(output) {
      // The value of an assignment that nobody typed is nothing to show.
      if (output.kind === 'result' && cell.metadata.tags?.includes('injected-parameters')) return
      keep(output)
      // Late displays would be drawn into the middle of another cell; text and errors are told at once.
      if (!ended || output.kind === 'stream' || output.kind === 'error') printer.output(output)
    },
  })
  ended = true
  const end = new Date().toISOString()
  // As nbclient and JupyterLab note them.
  cell.metadata.execution = {
    'iopub.status.busy': began,
    'iopub.execute_input': began,
    'shell.execute_reply': end,
    'iopub.status.idle': end,
  }
  printer.settle()
  return outcome
}

function printHeadings(printer: Printer, cell: Cell): void {
  let fenced = false
  for (const line of cell.source.split('\n')) {
    if (/^\s*(```|~~~)/.test(line)) fenced = !fenced
    const heading = fenced ? null : /^(#{1,6})\s+(.+?)\s*#*$/.exec(line)
    if (heading) printer.note(`${heading[1]} ${heading[2]}`, 'bold')
  }
}

function report(
  printer: Printer,
  notebook: Notebook,
  options: RunNotebookOptions,
  end: { count: number; failed: Outcome | undefined; seconds: number },
): void {
  const all = notebook.cells.filter(isRun).length
  const cells = `${end.count} of ${all} cells`
  if (options.signal?.aborted)
    printer.note(`Stopped in cell ${end.count}; ${cells} were run in ${end.seconds.toFixed(1)} s.`)
  else if (end.failed)
    printer.note(`Cell ${end.count} ended in an error; ${cells} were run in ${end.seconds.toFixed(1)} s.`, 'red')
  else printer.note(`${cells} in ${end.seconds.toFixed(1)} s.`)
  for (const file of [options.output, options.html]) if (file) printer.note(`wrote ${file}`)
}

/** Refuses to run into a file that is no notebook, before anything is overwritten. */
export function checkOutputs(options: { notebook: string; output?: string; html?: string }): void {
  if (options.output && options.html && path.resolve(options.output) === path.resolve(options.html))
    throw new Fault(`--output and --html are the same file, ${options.output}.`, 'name two files', 2)
  if (options.html && path.resolve(options.html) === path.resolve(options.notebook))
    throw new Fault(
      `--html would overwrite the notebook ${options.notebook}.`,
      `--html ${options.notebook.replace(/(\.ipynb)?$/, '.html')}`,
      2,
    )
}
