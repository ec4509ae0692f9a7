// How wide a text is: the advance widths of the font that the package carries, read from its tables.
//
// The static picture is laid out without a browser, so nothing else knows how much room a label
// needs. DejaVu Sans is wider than Arial, Helvetica and most system fonts: what fits here fits there.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The font file that PNG pictures are drawn with. */
export const fontFile = fileURLToPath(new URL('./fonts/sans.ttf', import.meta.url))

interface Widths {
  /** Code point → advance width, as a share of the font size. */
  of: Map<number, number>
  /** For a character that the font lacks. */
  other: number
  ascent: number
  descent: number
}

let widths: Widths | undefined

/** Width of one line of text in pixels, at a font size in pixels. */
export function textWidth(text: string, size: number, bold = false): number {
  const { of, other } = (widths ??= read())
  let sum = 0
  for (const char of text) sum += of.get(char.codePointAt(0)!) ?? other
  // Bold faces of the common sans fonts are about a tenth wider.
  return sum * size * (bold ? 1.1 : 1)
}

/** Whether the font has a glyph for every character. */
export function covers(text: string): boolean {
  const { of } = (widths ??= read())
  for (const char of text) if (!of.has(char.codePointAt(0)!) && char !== '\n') return false
  return true
}

/** Height above and below the baseline in pixels. */
export function textHeight(size: number): { ascent: number; descent: number } {
  const { ascent, descent } = (widths ??= read())
  return { ascent: ascent * size, descent: descent * size }
}

/** Reads head, hhea, hmtx and cmap (format 4), as the OpenType specification lays them out. */
function read(): Widths {
  const font = readFileSync(fontFile)
  const tables = new Map<string, number>()
  for (let i = 0; i < font.readUInt16BE(4); i++) {
    tables.set(font.toString('latin1', 12 + i * 16, 16 + i * 16), font.readUInt32BE(20 + i * 16))
  }
  const em = font.readUInt16BE(tables.get('head')! + 18)
  const hhea = tables.get('hhea')!
  const measured = font.readUInt16BE(hhea + 34)
  const advance = (glyph: number) => font.readUInt16BE(tables.get('hmtx')! + 4 * Math.min(glyph, measured - 1)) / em
  const of = new Map<number, number>()
  for (const [code, glyph] of glyphs(font, tables.get('cmap')!)) of.set(code, advance(glyph))
  return {
    of,
    other: advance(0),
    ascent: font.readInt16BE(hhea + 4) / em,
    descent: -font.readInt16BE(hhea + 6) / em,
  }
}

function* glyphs(font: Buffer, cmap: number): Generator<[code: number, glyph: number]> {
  let at = 0
  for (let i = 0; i < font.readUInt16BE(cmap + 2); i++) {
    const offset = cmap + font.readUInt32BE(cmap + 8 + i * 8)
    if (font.readUInt16BE(offset) === 4) at = offset
  }
  const segments = font.readUInt16BE(at + 6) / 2
  const field = (part: number, i: number) => at + 14 + part * segments * 2 + (part > 0 ? 2 : 0) + i * 2
  for (let i = 0; i < segments; i++) {
    const [end, start] = [font.readUInt16BE(field(0, i)), font.readUInt16BE(field(1, i))]
    const [delta, range] = [font.readUInt16BE(field(2, i)), font.readUInt16BE(field(3, i))]
    for (let code = start; code <= end && code < 0xffff; code++) {
      const mapped = range === 0 ? code : font.readUInt16BE(field(3, i) + range + (code - start) * 2)
      const glyph = range === 0 || mapped !== 0 ? (mapped + delta) & 0xffff : 0
      if (glyph !== 0) yield [code, glyph]
    }
  }
}
