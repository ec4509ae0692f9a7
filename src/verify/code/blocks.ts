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
 * The blocks worth running, in the order in which they are judged:
 *
 * 1. from the last to the first: a reformatted solution holds one, a raw trace drafts several and means the last;
 * 2. those tagged with the problem's language, or with nothing, before any whose tag names no language that is known;
 * 3. blocks tagged as something else (output, bash, another language) never;
 * 4. a block that stands there again is judged once, at its last place; at most `most` are judged.
 *
 * Two blocks are never joined into one program: what is trained on is one block that passes.
 */
export function candidates(text: string, language: Language, most = 8): CodeBlock[] {
  const seen = new Set<string>()
  const fitting: CodeBlock[] = []
  const doubtful: CodeBlock[] = []
  for (const block of codeBlocks(text).reverse()) {
    const code = block.code.trim()
    if (code === '' || seen.has(code)) continue
    seen.add(code)
    if (block.tag === '' || TAGS[language].test(block.tag)) fitting.push(block)
    else if (!OTHER.test(block.tag)) doubtful.push(block)
  }
  return [...fitting, ...doubtful].slice(0, most)
}

/** Tags of what is surely no program in the language asked for, once its own tags were looked at. */
const OTHER =
  /^(?:text|txt|plaintext|plain|output|out|input|in|stdin|stdout|console|terminal|shell|sh|bash|zsh|cmd|powershell|json|yaml|yml|xml|html|css|sql|markdown|md|latex|tex|math|diff|none|mermaid|py|python|python[23]|py3|ipython|sage|js|javascript|node|nodejs|mjs|cjs|jsx|ts|typescript|tsx|c|h|cpp|c\+\+|cc|cxx|hpp|cs|csharp|c#|java|kotlin|kt|scala|go|golang|rust|rs|ruby|rb|php|perl|pl|r|swift|haskell|hs|ocaml|ml|lua|julia|jl|pascal|fortran|matlab|octave|asm|lisp|scheme|clojure|elixir|erlang|dart|pseudocode|pseudo|algorithm|error|traceback|log)$/
