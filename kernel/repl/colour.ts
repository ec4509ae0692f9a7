// Colours of the terminal: source while it is typed, values, the lines of a cell in an error.
import { stripVTControlCharacters } from 'node:util'
import { type Kind, pieces } from '../notebook/highlight.js'

type Role = Kind | 'prompt' | 'quiet' | 'bracket' | 'chosen' | 'found' | 'error'

/** What goes between `ESC [` and `m` for each role. */
export type Palette = Partial<Record<Role, string>>

/** Text in one style: the parameters of its escape sequence, none for plain text. */
export interface Span {
  text: string
  style?: string | undefined
}

// On 256 colours, middle tones: each stands out from black and from white paper alike (contrast
// of at least 3.5 by WCAG's measure on black, #1e1e1e, white and Solarized light).
const tones: Palette = {
  keyword: '38;5;98',
  string: '38;5;64',
  comment: '38;5;243',
  number: '38;5;130',
  call: '38;5;31',
  prompt: '38;5;31',
  quiet: '38;5;243',
  bracket: '1;4',
  chosen: '7',
  found: '1;4',
  error: '38;5;196',
}

// The sixteen are the person's own theme; yellow is left out, which few light ones can show.
const sixteen: Palette = {
  ...{ keyword: '35', string: '32', comment: '90', number: '36', call: '34', prompt: '36', quiet: '90' },
  ...{ bracket: '1;4', chosen: '7', found: '1;4', error: '31' },
}

/** The palette for a terminal of that many bits of colour (`tty.WriteStream.getColorDepth()`); empty for 1. */
export function palette(depth: number): Palette {
  return depth >= 8 ? tones : depth >= 4 ? sixteen : {}
}

/** One text in the colours of its role. */
export function painted(text: string, style: string | undefined): string {
  return style ? `\x1b[${style}m${text}\x1b[0m` : text
}

/** TypeScript source in spans. */
export function sourceSpans(source: string, colours: Palette): Span[] {
  return [...pieces(source)].map(({ text, kind }) => ({ text, style: kind && colours[kind] }))
}

/** TypeScript source with ANSI colours; no colour runs over a line's end. */
export function colouredSource(source: string, colours: Palette): string {
  return sourceSpans(source, colours)
    .map(({ text, style }) =>
      text
        .split('\n')
        .map((line) => (line ? painted(line, style) : line))
        .join('\n'),
    )
    .join('')
}

/** What is known of a name, in Markdown: its TypeScript with ANSI colours, the prose as it is. */
export function colouredKnowledge(markdown: string, colours: Palette): string {
  return markdown
    .replace(/^```ts\n([\s\S]*?)\n```$/gm, (_, source: string) => colouredSource(source, colours))
    .replace(/^→ `(.*)`$/m, (_, source: string) => `  → ${colouredSource(source, colours)}`)
}

const value =
  /(?<string>'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`)|(?<quiet>\.{3} \d+ more \w+|<ref \*\d+>)|(?<call>\[(?:Function|AsyncFunction|GeneratorFunction|class|Getter|Setter|Getter\/Setter|Circular|Symbol|Object|Array)\b[^\]\n]*\])|(?<number>(?<![\w$.])-?(?:\d[\d_.]*(?:e[+-]?\d+)?n?|true|false|null|undefined|NaN|Infinity)(?![\w$.]))|(?<word>[\p{ID_Start}$_][\p{ID_Continue}$]*)/gu

/** A value as `util.inspect` prints it, with ANSI colours. */
export function colouredValue(text: string, colours: Palette): string {
  if (!colours.string) return text
  return text.replace(value, (match, ...rest) => {
    const { string, quiet, call, number } = rest.at(-1) as Record<string, string | undefined>
    const style = string
      ? colours.string
      : quiet
        ? colours.quiet
        : call
          ? colours.call
          : number
            ? colours.number
            : undefined
    return style
      ? match
          .split('\n')
          .map((line) => painted(line, style))
          .join('\n')
      : match
  })
}

/** The lines of a traceback with the code that they quote in colours. */
export function colouredTraceback(lines: string[], colours: Palette): string[] {
  if (!colours.keyword) return lines
  return lines.map((line) => {
    const quoted = /^( +(?:> )? *)(\d+ \| )(.*)$/.exec(stripVTControlCharacters(line))
    if (!quoted) return line
    const [, margin = '', number = '', code = ''] = quoted
    const mark = margin.replace('>', painted('>', colours.error))
    return `${mark}${painted(number, colours.quiet)}${colouredSource(code, colours)}`
  })
}
