// Fenced code blocks of a response: each is a candidate, the last one first.

import type { Language } from '../../rows.js'

export interface CodeBlock {
  /** What stands after the fence, in small letters; empty where nothing does. */
  tag: string
  code: string
  /** Place among the blocks of the text, from 0: what a verdict's `chosen` says. */
  index: number
}

/** All fenced blocks of a text, in its order; one that the text ends in counts, too. */
export function codeBlocks(text: string): CodeBlock[] {
  const blocks: CodeBlock[] = []
  const lines = text.split('\n')
  let open: { fence: string; indent: number; tag: string; lines: string[] } | undefined
  for (const line of lines) {
    const fence = /^(\s*)(`{3,}|~{3,})\s*([^\s`]*)[^`]*$/.exec(line)
    if (!open) {
      if (fence)
        open = {
          fence: fence[2]!,
          indent: fence[1]!.length,
          tag: fence[3]!.toLowerCase().replace(/^\{?\.?|\}$/g, ''),
          lines: [],
        }
      continue
    }
    if (fence && fence[3] === '' && fence[2]!.startsWith(open.fence[0]!) && fence[2]!.length >= open.fence.length) {
      blocks.push({ tag: open.tag, code: open.lines.join('\n'), index: blocks.length })
      open = undefined
    } else open.lines.push(line.startsWith(' '.repeat(open.indent)) ? line.slice(open.indent) : line)
  }
  if (open?.lines.some((line) => line.trim()))
    blocks.push({ tag: open.tag, code: open.lines.join('\n'), index: blocks.length })
  return blocks
}

const TAGS: Record<Language, RegExp> = {
  python: /^(?:py|python|python3|py3|python2|ipython|sage)$/,
  javascript: /^(?:js|javascript|node|nodejs|mjs|cjs|jsx)$/,
  typescript: /^(?:ts|typescript|tsx|js|javascript)$/,
}

/**
 * The blocks worth running, the last first: a reformatted solution holds one, a raw trace drafts several and means
 * the last. Blocks tagged as something else (output, bash, another language) are left out, and repeats of a block.
 */
export function candidates(text: string, language: Language, most = 8): CodeBlock[] {
  const seen = new Set<string>()
  const fitting: CodeBlock[] = []
  for (const block of codeBlocks(text).reverse()) {
    const code = block.code.trim()
    if (code === '' || seen.has(code) || (block.tag !== '' && !TAGS[language].test(block.tag))) continue
    seen.add(code)
    fitting.push(block)
  }
  return fitting.slice(0, most)
}
