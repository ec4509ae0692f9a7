// Values that have a better form than text, known by their shape.
import type { Bundle } from '../session.js'
import { escapeHtml } from './escape.js'
import { rowsOf, tableHtml, tableText } from './table.js'
import { plain } from './text.js'

type Fields = Record<string, unknown>

/** The bundle of a known shape, or undefined: then the value is shown as text. */
export function knownShape(value: unknown): Bundle | undefined {
  if (value === null || typeof value !== 'object') return undefined
  if (value instanceof Uint8Array) return picture(value)
  const fields = value as Fields
  return mimeBundle(fields) ?? plotly(fields) ?? dataFrame(fields) ?? rows(value) ?? marked(fields)
}

const bundle = (data: Fields, metadata: Fields = {}): Bundle => ({ data, metadata })

/** `{ data: { 'text/html': … } }` or `{ 'text/html': … }`. */
function mimeBundle(fields: Fields): Bundle | undefined {
  if (isMimeMap(fields.data)) return bundle(fields.data, isRecord(fields.metadata) ? fields.metadata : {})
  return isMimeMap(fields) ? bundle(fields) : undefined
}

function isRecord(value: unknown): value is Fields {
  if (value === null || typeof value !== 'object') return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype
}

function isMimeMap(value: unknown): value is Fields {
  if (!isRecord(value)) return false
  const keys = Object.keys(value)
  return keys.length > 0 && keys.every((key) => /^(text|image|application|audio|video)\/[\w.+-]+$/.test(key))
}

function plotly(fields: Fields): Bundle | undefined {
  const { data, layout } = fields
  if (!Array.isArray(data) || !isRecord(layout) || data.length === 0) return undefined
  if (!data.every((trace) => isRecord(trace) && ('type' in trace || 'y' in trace || 'x' in trace))) return undefined
  const kinds = [...new Set(data.map((trace: Fields) => String(trace.type ?? 'scatter')))].join(', ')
  const text = `[figure: ${kinds}, ${data.length} ${data.length === 1 ? 'trace' : 'traces'}]`
  return bundle({ 'application/vnd.plotly.v1+json': { data, layout }, 'text/plain': text })
}

/** danfo's DataFrame and Series, without loading danfo. */
function dataFrame(frame: Fields): Bundle | undefined {
  if (typeof frame.print !== 'function' || !Array.isArray(frame.columns) || !Array.isArray(frame.values))
    return undefined
  const columns = frame.columns.map(String)
  const values = frame.values as unknown[]
  const rows = values.map((row) =>
    Object.fromEntries(columns.map((column, at) => [column, Array.isArray(row) ? row[at] : row])),
  )
  return bundle({ 'text/html': tableHtml(rows, columns), 'text/plain': tableText(rows, columns) })
}

function rows(value: object): Bundle | undefined {
  const found = rowsOf(value)
  if (!found) return undefined
  const small = found.rows.length * found.columns.length <= 400
  return bundle({
    'text/html': tableHtml(found.rows, found.columns),
    'text/plain': small ? plain(value) : tableText(found.rows, found.columns),
  })
}

/** `{ html: '…' }`, `{ markdown: '…' }`, `{ svg: '…' }`, `{ latex: '…' }`: the text in that form. */
function marked(fields: Fields): Bundle | undefined {
  if (!isRecord(fields)) return undefined
  const forms: Fields = { html: 'text/html', markdown: 'text/markdown', svg: 'image/svg+xml', latex: 'text/latex' }
  const keys = Object.keys(fields)
  const form = keys.length === 1 ? forms[keys[0]!] : undefined
  const text = fields[keys[0]!]
  if (typeof form !== 'string' || typeof text !== 'string') return undefined
  return bundle({ [form]: text, 'text/plain': text })
}

function picture(bytes: Uint8Array): Bundle | undefined {
  const type = pictureType(bytes)
  if (!type) return undefined
  if (type === 'image/svg+xml')
    return bundle({ [type]: new TextDecoder().decode(bytes), 'text/plain': `[${type}, ${bytes.length} bytes]` })
  const base64 = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
  return bundle({ [type]: base64, 'text/plain': `[${escapeHtml(type)}, ${bytes.length} bytes]` })
}

function pictureType(bytes: Uint8Array): string | undefined {
  const starts = (...magic: number[]) => magic.every((byte, at) => bytes[at] === byte)
  if (starts(0x89, 0x50, 0x4e, 0x47)) return 'image/png'
  if (starts(0xff, 0xd8, 0xff)) return 'image/jpeg'
  if (starts(0x47, 0x49, 0x46, 0x38)) return 'image/gif'
  if (starts(0x52, 0x49, 0x46, 0x46) && bytes[8] === 0x57 && bytes[9] === 0x45 && bytes[10] === 0x42)
    return 'image/webp'
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, 500)).toString('latin1')
  if (/^\s*(?:<\?xml[^>]*>\s*)?(?:<!(?:--|DOCTYPE)[^>]*>\s*)*<svg[\s>]/.test(head)) return 'image/svg+xml'
  return undefined
}
