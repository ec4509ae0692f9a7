// What could stand at the cursor.

import type { Completion } from '../session.js'
import { withoutAliases } from './aliases.js'
import { exportedNames, importedModule } from './exported-names.js'
import { type Accessed, accessedAt, isOpen, pathOf, type TypedCompletion } from './live-query.js'
import { matches } from './matching.js'
import { ts } from './typescript.js'

/** So many items are given at most. */
const LIMIT = 1000
/** Types are written beside the first so many items at most, and for so many milliseconds. */
const SIGNATURES = 200
const SIGNATURES_TIME = 8
const SIGNATURE_LENGTH = 200
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
): TypedCompletion {
  const program = service.getProgram()!
  const tree = program.getSourceFile(file)!
  const accessed = accessedAt(tree, offset)
  const word =
    accessed?.content === undefined
      ? /[\p{ID_Continue}$#]*$/u.exec(code.slice(0, at))![0]
      : code.slice(at - (offset - accessed.content), at)
  const after = /^[\p{ID_Continue}$]*/u.exec(code.slice(at))![0]
  const found = service.getCompletionsAtPosition(file, offset, {
    includeCompletionsWithInsertText: false,
    includeSymbol: true,
  })
  const checker = program.getTypeChecker()
  const signature = signatures(checker, tree)
  const items = new Map<string, Completion['items'][number]>()
  const own = new Set(names)
  for (const entry of [...(found?.entries ?? [])].sort(bySortText)) {
    const text = withoutAliases(entry.name)
    if (!matches(text, word) || OWN.has(entry.name) || items.has(text)) continue
    // An older cell's name that was declared again since is still in its file, and not to be seen.
    if (found?.isGlobalCompletion && !own.has(text) && isHidden(entry.name)) continue
    // Of the libraries' global names the kind is enough.
    const known = found?.isGlobalCompletion && !isOfCells(entry.symbol) ? undefined : signature(entry.symbol)
    items.set(text, { text, type: entry.kind, ...(known === undefined ? {} : { signature: known }) })
    if (items.size >= LIMIT) break
  }
  const untyped = importedModule(tree, offset)
  if (untyped && !checker.getSymbolAtLocation(untyped))
    for (const text of exportedNames(untyped.text, file))
      if (matches(text, word)) items.set(text, { text, type: 'alias' })
  const live = accessed && liveQuery(accessed, checker, at - offset)
  return {
    from: at - word.length,
    to: at + after.length,
    // As typed comes before what only begins so in other letters: `pro` is problems before Problem.
    items: [...items.values()].sort((a, b) => Number(b.text.startsWith(word)) - Number(a.text.startsWith(word))),
    ...(live ? { live } : {}),
  }
}

/** `shift`: from offsets of the file to those of the cell, near the cursor. */
function liveQuery(accessed: Accessed, checker: ts.TypeChecker, shift: number): TypedCompletion['live'] {
  if (!isOpen(checker.getTypeAtLocation(accessed.expression), checker)) return undefined
  const path = pathOf(accessed.expression, checker)
  const { written, dot } = accessed
  return path && { ...path, written, ...(dot === undefined ? {} : { dot: dot + shift }) }
}

/** Writes types while there is time for it. */
function signatures(
  checker: ts.TypeChecker,
  tree: ts.SourceFile,
): (symbol: ts.Symbol | undefined) => string | undefined {
  let end: number | undefined
  let left = SIGNATURES
  return (symbol) => {
    if (!symbol || left-- <= 0 || (end !== undefined && performance.now() > end)) return undefined
    end ??= performance.now() + SIGNATURES_TIME
    const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
    if (!(target.flags & ts.SymbolFlags.Value)) return undefined
    return withoutAliases(typeText(checker.getTypeOfSymbolAtLocation(target, tree), checker)).slice(0, SIGNATURE_LENGTH)
  }
}

/** A type in one line; of overloads the first. */
function typeText(type: ts.Type, checker: ts.TypeChecker): string {
  const [first, ...more] = checker.getSignaturesOfType(type, ts.SignatureKind.Call)
  if (!first) return checker.typeToString(type)
  const text = checker.signatureToString(first, undefined, ts.TypeFormatFlags.WriteArrowStyleSignature)
  return more.length === 0 ? text : `${text} (+${more.length} more)`
}

function isOfCells(symbol: ts.Symbol | undefined): boolean {
  return symbol?.declarations?.some((each) => each.getSourceFile().fileName.includes('__skylab_')) ?? false
}

function bySortText(a: ts.CompletionEntry, b: ts.CompletionEntry): number {
  return a.sortText < b.sortText ? -1 : a.sortText > b.sortText ? 1 : 0
}
