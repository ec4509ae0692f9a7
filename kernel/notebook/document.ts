// A notebook file: read, checked, and written so that a kill at any moment leaves a whole file.
//
// The format is nbformat 4.5 (https://nbformat.readthedocs.io/en/latest/format_description.html).
// In memory a source or a text output is one string; in the file it is a list of lines.
import { createHash } from 'node:crypto'
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import path from 'node:path'
import { type EngineName, kernelNames, typescriptVersion } from '../engine.js'
import { Fault, makeFolder, systemCode, writeFault } from '../fault.js'

/** MIME type → value, as nbformat keeps it: text as one string here, JSON types as JSON. */
export type MimeData = Record<string, unknown>

export type SavedOutput =
  | { output_type: 'stream'; name: 'stdout' | 'stderr'; text: string }
  | { output_type: 'display_data'; data: MimeData; metadata: Record<string, unknown> }
  | { output_type: 'execute_result'; data: MimeData; metadata: Record<string, unknown>; execution_count: number }
  | { output_type: 'error'; ename: string; evalue: string; traceback: string[] }

export interface CellMetadata {
  tags?: string[]
  [key: string]: unknown
}

export interface CodeCell {
  cell_type: 'code'
  id: string
  source: string
  metadata: CellMetadata
  execution_count: number | null
  outputs: SavedOutput[]
}

export interface TextCell {
  cell_type: 'markdown' | 'raw'
  id: string
  source: string
  metadata: CellMetadata
  attachments?: Record<string, MimeData>
}

export type Cell = CodeCell | TextCell

export interface Notebook {
  cells: Cell[]
  metadata: Record<string, unknown>
  nbformat: 4
  nbformat_minor: number
}

interface RawMetadata extends Record<string, unknown> {
  kernelspec?: { language?: unknown }
  language_info?: { name?: unknown }
}

interface RawCell {
  cell_type?: unknown
  id?: unknown
  source?: unknown
  metadata?: CellMetadata
  attachments?: Record<string, MimeData>
  execution_count?: number | null
  outputs?: RawOutput[]
}

interface RawOutput {
  output_type?: unknown
  name?: unknown
  text?: unknown
  data?: MimeData
  metadata?: Record<string, unknown>
}

/** Metadata that tells front ends which kernel and language a notebook is for. */
export function kernelMetadata(engine: EngineName): Record<string, unknown> {
  const { name, displayName } = kernelNames(engine)
  return {
    kernelspec: { name, display_name: displayName, language: 'typescript' },
    language_info: languageInfo(typescriptVersion(engine)),
  }
}

/** `language_info` of the kernel: the same in kernel_info_reply and in a saved notebook. */
export function languageInfo(typescript: string): Record<string, unknown> {
  return {
    name: 'typescript',
    version: typescript,
    file_extension: '.ts',
    mimetype: 'text/typescript',
    pygments_lexer: 'typescript',
    nbconvert_exporter: 'script',
    // A plain name: JupyterLab takes the `name` of an object, and that would be JavaScript's colours.
    codemirror_mode: 'typescript',
  }
}

/** Reads a notebook file. Throws a Fault where it is missing, or not a TypeScript or JavaScript notebook of format 4. */
export function readNotebook(file: string): Notebook {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    const code = systemCode(error)
    if (code === 'ENOENT')
      throw new Fault(`There is no file ${file}.`, 'check the name; paths start at the folder you are in', 2, error)
    if (code === 'EISDIR')
      throw new Fault(
        `${file} is a folder, not a notebook.`,
        `name a notebook in it: ${path.join(file, 'NAME.ipynb')}`,
        2,
        error,
      )
    throw new Fault(`Cannot read ${file}: ${String(error)}`, 'check its permissions', 1, error)
  }
  return parseNotebook(text, file)
}

/** A notebook from the text of its file; `name` is used in messages. */
export function parseNotebook(text: string, name: string): Notebook {
  let raw: unknown
  try {
    raw = JSON.parse(text)
  } catch (error) {
    throw new Fault(
      `${name} is not a notebook: it is not JSON (${(error as Error).message}).`,
      'name a file that Jupyter saved as .ipynb',
      2,
      error,
    )
  }
  const found = raw as Partial<Notebook> & { worksheets?: unknown }
  if (
    found &&
    typeof found === 'object' &&
    (found.worksheets || (typeof found.nbformat === 'number' && found.nbformat < 4))
  )
    throw new Fault(
      `${name} is a notebook of format ${found.nbformat ?? 3}; skylab reads format 4.`,
      `jupyter nbconvert --to notebook --nbformat 4 ${name}`,
      2,
    )
  if (!found || typeof found !== 'object' || found.nbformat !== 4 || !Array.isArray(found.cells))
    throw new Fault(
      `${name} is not a notebook: it has no list of cells of format 4.`,
      'name a file that Jupyter saved as .ipynb',
      2,
    )
  const metadata = (found.metadata ?? {}) as RawMetadata
  const language = metadata.kernelspec?.language ?? metadata.language_info?.name
  if (typeof language === 'string' && !/^(typescript|javascript|node)/i.test(language))
    throw new Fault(
      `${name} is a ${language} notebook; skylab runs TypeScript and JavaScript.`,
      'name a TypeScript notebook',
      2,
    )
  const taken = new Set<string>()
  const cells = found.cells.map((cell, place) => readCell(cell, place, name, taken))
  return { cells, metadata, nbformat: 4, nbformat_minor: Math.max(5, Number(found.nbformat_minor) || 5) }
}

function readCell(raw: unknown, place: number, name: string, taken: Set<string>): Cell {
  const cell = (raw ?? {}) as RawCell
  const type = cell.cell_type
  if (type !== 'code' && type !== 'markdown' && type !== 'raw')
    throw new Fault(
      `${name}: cell ${place + 1} is neither code, markdown nor raw text, but ${JSON.stringify(type)}.`,
      'open and save the notebook in Jupyter',
      2,
    )
  const source = joined(cell.source ?? '')
  // Older files have no cell ids: one from place and source stays the same from run to run.
  let id =
    typeof cell.id === 'string' && cell.id
      ? cell.id
      : createHash('sha256').update(`${place}\n${source}`).digest('hex').slice(0, 8)
  while (taken.has(id)) id = createHash('sha256').update(id).digest('hex').slice(0, 8)
  taken.add(id)
  const metadata = cell.metadata ?? {}
  if (type !== 'code')
    return { cell_type: type, id, source, metadata, ...(cell.attachments ? { attachments: cell.attachments } : {}) }
  return {
    cell_type: 'code',
    id,
    source,
    metadata,
    execution_count: cell.execution_count ?? null,
    outputs: (cell.outputs ?? []).map(readOutput),
  }
}

/** Gives cells whose id the format does not allow one that it does. */
export function repairIds(notebook: Notebook): void {
  const taken = new Set(notebook.cells.map((cell) => cell.id))
  for (const cell of notebook.cells) {
    if (/^[\w-]{1,64}$/.test(cell.id)) continue
    do cell.id = createHash('sha256').update(cell.id).digest('hex').slice(0, 8)
    while (taken.has(cell.id))
    taken.add(cell.id)
  }
}

function readOutput(raw: RawOutput): SavedOutput {
  if (raw.output_type === 'stream')
    return { output_type: 'stream', name: raw.name === 'stderr' ? 'stderr' : 'stdout', text: joined(raw.text) }
  if (raw.output_type === 'error') return raw as SavedOutput
  const data = Object.fromEntries(
    Object.entries(raw.data ?? {}).map(([type, value]) => [type, isJson(type) ? value : joined(value)]),
  )
  return { ...raw, data, metadata: raw.metadata ?? {} } as SavedOutput
}

/** The text of the file: keys sorted and one space of indent, as Python's nbformat writes it. */
export function notebookText(notebook: Notebook): string {
  const cells = notebook.cells.map((cell) => ({
    ...cell,
    source: lines(cell.source),
    ...(cell.cell_type === 'code' ? { outputs: cell.outputs.map(savedOutput) } : {}),
  }))
  return `${JSON.stringify(sorted({ ...notebook, cells }), null, 1)}\n`
}

/** Writes a notebook so that readers see the old file or the new one, never a part. */
export function writeNotebook(file: string, notebook: Notebook): void {
  writeWhole(file, notebookText(notebook))
}

/** Writes a file by a temporary one beside it and a rename. Makes its folders. Throws a Fault that says why. */
export function writeWhole(file: string, text: string): void {
  let temporary: string | undefined
  try {
    makeFolder(path.dirname(file))
    const target = existsSync(file) ? realpathSync(file) : file
    // A device is written into: a file that is moved over /dev/null would take its place, for the whole machine.
    if (existsSync(target) && !statSync(target).isFile()) {
      writeFileSync(target, text)
      return
    }
    const beside = path.join(path.dirname(target), `.${path.basename(target)}.${process.pid}.tmp`)
    const bytes = Buffer.from(text)
    const handle = openSync(beside, 'w')
    temporary = beside
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(handle, bytes, at)
      fsyncSync(handle)
    } finally {
      closeSync(handle)
    }
    renameSync(beside, target)
  } catch (error) {
    if (temporary) rmSync(temporary, { force: true })
    throw writeFault(file, error)
  }
}

function savedOutput(output: SavedOutput): unknown {
  if (output.output_type === 'stream') return { ...output, text: lines(output.text) }
  if (output.output_type === 'error') return output
  const data = Object.entries(output.data).map(([type, value]) => [
    type,
    typeof value === 'string' && isText(type) ? lines(value) : value,
  ])
  return { ...output, data: Object.fromEntries(data) }
}

/** JSON types are kept as JSON; everything else is a string, or in a file a list of its lines. */
function isJson(type: string): boolean {
  return type === 'application/json' || type.endsWith('+json')
}

function isText(type: string): boolean {
  return type.startsWith('text/') || type === 'image/svg+xml' || type === 'application/javascript'
}

function joined(value: unknown): string {
  return Array.isArray(value) ? value.join('') : String(value ?? '')
}

function lines(text: string): string[] {
  return text === '' ? [] : text.split(/(?<=\n)/)
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (!value || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sorted((value as Record<string, unknown>)[key])]),
  )
}
