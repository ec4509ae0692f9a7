// The cells that ran, so that a place in a stack can be found in what was typed.
import { pathToFileURL } from 'node:url'
import { type CellMap, CellPlaces, type Place } from '../language/cell-map.js'
import { PACKAGE_ROOT } from './locate.js'

interface CellSource {
  count: number
  code: string
  places: CellPlaces
}

const sources = new Map<string, CellSource>()
const NAME = /skylab-cell-\d+/
// Frames of the kernel itself are nobody's business in a cell.
const OWN = new RegExp(`${escapePattern(pathToFileURL(PACKAGE_ROOT).href)}/dist/kernel/|/tslab/dist/executor\\.js$`)

function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}

/** The name under which the engine knows a cell's code. */
export function cellFile(cell: number): string {
  return `skylab-cell-${cell}`
}

export function keepSource(cell: number, count: number, code: string, map: CellMap): void {
  sources.set(cellFile(cell), { count, code, places: new CellPlaces(map) })
}

const modules = new Map<string, CellPlaces>()

/** The way back from what was compiled of a local module, loaded under this URL. */
export function keepModuleMap(url: string, mappings: string): void {
  modules.set(url, new CellPlaces({ edits: [], mappings, shift: 0 }))
}

/** A place of the engine's in a cell: its code, number, line and column. */
export function placeOf(
  file: string | null | undefined,
  line: number,
  column: number,
): { source: CellSource; place: Place } | undefined {
  const source = file ? sources.get(NAME.exec(file)?.[0] ?? '') : undefined
  const place = source?.places.find(line, column)
  return source && place ? { source, place } : undefined
}

/**
 * Gives every error a stack in terms of cells: `at f (cell [3] 5:7)`. Our own frames and those of
 * Node below the cell are left out.
 */
export function mapStacks(): void {
  Error.prepareStackTrace = (error, sites) => {
    const lines = [headOf(error)]
    for (const site of sites) {
      const file = site.getScriptNameOrSourceURL() ?? site.getFileName() ?? site.getEvalOrigin()
      if (!file || OWN.test(file) || file.startsWith('node:')) continue
      const name = NAME.test(file) ? mapped(site, file) : modules.has(file) ? inModule(site, file) : String(site)
      if (name !== undefined) lines.push(`    at ${name}`)
    }
    return lines.join('\n')
  }
}

function mapped(site: NodeJS.CallSite, file: string): string | undefined {
  const found = placeOf(file, site.getLineNumber() ?? 0, site.getColumnNumber() ?? 0)
  if (!found) return undefined
  const where = `cell [${found.source.count}] ${found.place.line}:${found.place.column}`
  const name = site.getFunctionName()
  if (!name) return where
  const type = site.getTypeName()
  const method = site.isToplevel() || site.isConstructor() || !type || name.includes('.') ? name : `${type}.${name}`
  const prefix = site.isConstructor() ? 'new ' : site.isAsync() ? 'async ' : ''
  return `${prefix}${method} (${where})`
}

/** A frame in a local module: its path as typed, without the count of its edits. */
function inModule(site: NodeJS.CallSite, url: string): string {
  const [line, column] = [site.getLineNumber() ?? 0, site.getColumnNumber() ?? 0]
  const place = modules.get(url)?.find(line, column) ?? { line, column }
  const where = `${url.replace(/\?edit=\d+$/, '')}:${place.line}:${place.column}`
  const name = site.getFunctionName()
  return name ? `${site.isAsync() ? 'async ' : ''}${site.isConstructor() ? 'new ' : ''}${name} (${where})` : where
}

function headOf(error: unknown): string {
  try {
    return Error.prototype.toString.call(error)
  } catch {
    return 'Error'
  }
}

/** The cell and place of a line of a stack made above. */
export function frameOf(line: string): { code: string; place: Place } | undefined {
  const found = /cell \[(\d+)\] (\d+):(\d+)/.exec(line)
  if (!found) return undefined
  const count = Number(found[1])
  const source = [...sources.values()].findLast((each) => each.count === count)
  return source && { code: source.code, place: { line: Number(found[2]), column: Number(found[3]) } }
}
