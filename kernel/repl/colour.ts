// The highlighter of the exported page, for a terminal.
import { highlight } from '../notebook/highlight.js'

const codes: Record<string, string> = { keyword: '35', string: '32', comment: '90', number: '33', call: '34' }

/** TypeScript source with ANSI colours. */
export function terminalColours(source: string): string {
  return highlight(source)
    .replace(/<span class="t-(\w+)">([\s\S]*?)<\/span>/g, (_, kind, text: string) =>
      // Each line is drawn by itself: a colour must not run over a line's end.
      text
        .split('\n')
        .map((line) => `\x1b[${codes[kind]}m${line}\x1b[39m`)
        .join('\n'),
    )
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&#39;/g, "'")
    .replace(/&amp;/g, '&')
}
