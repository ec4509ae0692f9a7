// Fenced code blocks of a Markdown text.

export interface Fence {
  /** The word after the opening fence, lower case; '' where there is none. */
  language: string
  code: string
  /** Where the opening fence starts and where the closing one ends. */
  start: number
  end: number
}

/** All complete fenced blocks, in order. A block that is never closed is not one: it was cut off. */
export function fences(text: string): Fence[] {
  const found: Fence[] = []
  let open: { mark: string; indent: number; language: string; start: number; from: number } | undefined
  let at = 0
  for (const line of text.split('\n')) {
    const end = at + line.length
    const fence = /^([ \t]*)(`{3,}|~{3,})[ \t]*([\w+#.-]*)[^`]*$/.exec(line)
    if (fence && open === undefined) {
      open = { mark: fence[2]!, indent: fence[1]!.length, language: fence[3]!.toLowerCase(), start: at, from: end + 1 }
    } else if (open && fence?.[3] === '' && fence[2]!.startsWith(open.mark)) {
      const code = dedent(text.slice(open.from, Math.max(open.from, at - 1)), open.indent)
      found.push({ language: open.language, code, start: open.start, end })
      open = undefined
    }
    at = end + 1
  }
  return found
}

/** A fence inside a list is indented, and its lines with it. */
function dedent(code: string, indent: number): string {
  return indent === 0 ? code : code.replace(new RegExp(`^[ \\t]{1,${indent}}`, 'gm'), '')
}
