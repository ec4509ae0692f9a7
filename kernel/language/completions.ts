// What could stand at the cursor.

import type { Completion } from '../session.js'
import { withoutAliases } from './aliases.js'
import type { ts } from './typescript.js'

/** So many items are given at most. */
const LIMIT = 1000
// Names of ours in the files.
const OWN = new Set(['$module', '$is', '$meta'])

/** The completions at an offset of a file that stands for `code` with the cursor at `at`. */
export function completions(
  service: ts.LanguageService,
  file: string,
  offset: number,
  code: string,
  at: number,
  names: readonly string[],
  isHidden: (written: string) => boolean,
): Completion {
  const word = /[\p{ID_Continue}$#]*$/u.exec(code.slice(0, at))![0]
  const after = /^[\p{ID_Continue}$]*/u.exec(code.slice(at))![0]
  const found = service.getCompletionsAtPosition(file, offset, { includeCompletionsWithInsertText: false })
  const items = new Map<string, string>()
  const own = new Set(names)
  for (const entry of [...(found?.entries ?? [])].sort(bySortText)) {
    const text = withoutAliases(entry.name)
    if (!matches(text, word) || OWN.has(entry.name) || items.has(text)) continue
    // An older cell's name that was declared again since is still in its file, and not to be seen.
    if (found?.isGlobalCompletion && !own.has(text) && isHidden(entry.name)) continue
    items.set(text, entry.kind)
    if (items.size >= LIMIT) break
  }
  return {
    from: at - word.length,
    to: at + after.length,
    items: [...items].map(([text, type]) => ({ text, type })),
  }
}

function matches(text: string, word: string): boolean {
  return text.slice(0, word.length).toLowerCase() === word.toLowerCase()
}

function bySortText(a: ts.CompletionEntry, b: ts.CompletionEntry): number {
  return a.sortText < b.sortText ? -1 : a.sortText > b.sortText ? 1 : 0
}
