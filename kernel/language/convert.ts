// A cell of TypeScript → the text of a function that runs it.

import type { TslabCell } from '../tslab/cell.js'
import { type CellMap, CellPlaces, SAME } from './cell-map.js'
import type { Flow } from './flows.js'
import type { Names } from './names.js'
import { asExpression, parseCell, parseProblems } from './parse.js'
import { isPlain } from './plain.js'
import { HELPER, Refused, rewrite } from './rewrite.js'
import { ts } from './typescript.js'

/** A cell ready to run. */
export interface ConvertedCell {
  /** An expression: `(function ($sky, $sky0, …) { … })`, async where the cell awaits or imports. */
  js: string
  map: CellMap
  async: boolean
  /** The value names that it declares. */
  declares: string[]
  /** The names of the notebook that it mentions. */
  mentions: string[]
  /** Which values its statements made from which. */
  flows?: Flow[]
  scopes: number
  /** One expression that calls and changes nothing: a look at a value. */
  look: boolean
  /** Present where tslab's converter made it. */
  tslab?: TslabCell
}

/** Why a cell is not TypeScript; line and column count from 1. */
export interface SyntaxProblem {
  message: string
  line: number
  column: number
  length: number
}

export type Conversion = { ok: true; cell: ConvertedCell } | { ok: false; problem: SyntaxProblem }

/** Options for emitting and checking alike: what a cell may use. */
const CELL_OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.ESNext,
  moduleDetection: ts.ModuleDetectionKind.Force,
  verbatimModuleSyntax: true,
  isolatedModules: true,
  useDefineForClassFields: true,
  sourceMap: true,
  removeComments: true,
}

/** Converts cells one after the other; `names` grows with what they declare. */
export function convert(code: string, names: Names, globals: ReadonlySet<string>): Conversion {
  const text = asExpression(code) ?? code
  const source = parseCell(text)
  const shift = text === code ? 0 : 1
  const made: Made = isPlain(source) ? { module: source, mappings: SAME } : emitted(source)
  if (made.problem) return { ok: false, problem: placed(made.problem, source, shift) }
  const { module, mappings } = made
  const last = source.statements.findLast((statement) => !ts.isEmptyStatement(statement))
  try {
    const rewritten = rewrite(module, {
      names,
      globals,
      fresh: freshNames(source),
      result: last !== undefined && ts.isExpressionStatement(last),
    })
    return {
      ok: true,
      cell: {
        js: rewritten.js,
        map: { edits: rewritten.edits, mappings, shift },
        async: rewritten.async,
        declares: [...rewritten.declares.keys()].filter((name) => !name.startsWith(HELPER)),
        mentions: rewritten.mentions,
        flows: rewritten.flows,
        scopes: rewritten.scopes,
        look: isLook(source),
      },
    }
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    // It speaks of the JavaScript; the reader typed TypeScript.
    const typed = new CellPlaces({ edits: [], mappings, shift })
    const { line, column } = typed.find(error.line, error.column) ?? error
    return { ok: false, problem: { message: error.message, line, column, length: 1 } }
  }
}

type Made = { module: string | ts.SourceFile; mappings: string; problem?: undefined } | { problem: ts.Diagnostic }

/** The cell as JavaScript, or what is wrong with it. */
function emitted(source: ts.SourceFile): Made {
  const { outputText, sourceMapText, diagnostics } = ts.transpileModule(withRequires(source), {
    compilerOptions: CELL_OPTIONS,
    fileName: 'cell.mts',
    reportDiagnostics: true,
  })
  const problem = diagnostics?.find((each) => each.category === ts.DiagnosticCategory.Error)
  if (problem) return { problem }
  const { mappings } = JSON.parse(sourceMapText ?? '{"mappings":""}') as { mappings: string }
  return { module: outputText.replace(/\n?\/\/# sourceMappingURL=.*\s*$/, '\n'), mappings }
}

/** Whether a cell could be run as it stands: for a front end that decides what the Enter key does. */
export function completeness(code: string): { status: 'complete' | 'incomplete' | 'invalid'; indent?: string } {
  const source = parseCell(code)
  const problems = parseProblems(source)
  if (problems.length === 0) return { status: 'complete' }
  const end = code.trimEnd().length
  const open = problems.some((each) => UNTERMINATED.has(each.code) || (each.start ?? 0) >= end)
  const first = problems[0]!
  if (!open || ((first.start ?? 0) < end && !UNTERMINATED.has(first.code) && first.code !== 1005))
    return { status: 'invalid' }
  return { status: 'incomplete', indent: indentAfter(code) }
}

// Unterminated string template, regular expression, comment; "'}' expected" at the end is found by place.
const UNTERMINATED = new Set([1160, 1010])

/** The indentation of the next line: the last line's, and one step more where that line opens a bracket. */
function indentAfter(code: string): string {
  const last = code.trimEnd().split('\n').at(-1)!
  const own = /^[ \t]*/.exec(last)![0]
  const step = own.includes('\t') ? '\t' : '  '
  return own + (depth(last) > 0 ? step : '')
}

/** How many brackets of a line stay open. */
function depth(line: string): number {
  const scanner = ts.createScanner(ts.ScriptTarget.ESNext, true, ts.LanguageVariant.Standard, line)
  let level = 0
  for (let token = scanner.scan(); token !== ts.SyntaxKind.EndOfFileToken; token = scanner.scan()) {
    if (OPENS.has(token)) level += 1
    else if (CLOSES.has(token)) level = Math.max(0, level - 1)
  }
  return level
}

const OPENS = new Set([ts.SyntaxKind.OpenBraceToken, ts.SyntaxKind.OpenParenToken, ts.SyntaxKind.OpenBracketToken])
const CLOSES = new Set([ts.SyntaxKind.CloseBraceToken, ts.SyntaxKind.CloseParenToken, ts.SyntaxKind.CloseBracketToken])

/** `import x = require('y')` is emitted by no ES module: as a constant of the same length it is. */
function withRequires(source: ts.SourceFile): string {
  let text = source.text
  for (const statement of source.statements) {
    if (!ts.isImportEqualsDeclaration(statement) || statement.isTypeOnly) continue
    if (!ts.isExternalModuleReference(statement.moduleReference)) continue
    const start = text.indexOf('import', statement.getStart())
    text = `${text.slice(0, start)}const ${text.slice(start + 6)}`
  }
  return text
}

/** Enums and namespaces, unless they add to a function or class of the same cell. */
function freshNames(source: ts.SourceFile): Set<string> {
  const fresh = new Set<string>()
  for (const statement of source.statements)
    if ((ts.isEnumDeclaration(statement) || ts.isModuleDeclaration(statement)) && ts.isIdentifier(statement.name))
      fresh.add(statement.name.text)
  return fresh
}

function isLook(source: ts.SourceFile): boolean {
  const [only, ...more] = source.statements
  if (!only || more.length > 0 || !ts.isExpressionStatement(only)) return false
  let quiet = true
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) || ts.isNewExpression(node) || ts.isTaggedTemplateExpression(node)) quiet = false
    else if (ts.isAwaitExpression(node) || ts.isFunctionLike(node) || ts.isClassLike(node)) quiet = false
    else if (ts.isBinaryExpression(node) && isAssignment(node.operatorToken.kind)) quiet = false
    else if (ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node))
      quiet &&= node.operator !== ts.SyntaxKind.PlusPlusToken && node.operator !== ts.SyntaxKind.MinusMinusToken
    ts.forEachChild(node, visit)
  }
  visit(only)
  return quiet
}

function isAssignment(token: ts.SyntaxKind): boolean {
  return token >= ts.SyntaxKind.FirstAssignment && token <= ts.SyntaxKind.LastAssignment
}

function placed(problem: ts.Diagnostic, source: ts.SourceFile, wrapped: number): SyntaxProblem {
  const start = Math.max(0, problem.start ?? 0)
  const place = source.getLineAndCharacterOfPosition(Math.min(start, source.text.length))
  return {
    message: ts.flattenDiagnosticMessageText(problem.messageText, ' '),
    line: place.line + 1,
    column: place.character + 1 - (place.line === 0 ? wrapped : 0),
    length: problem.length ?? 1,
  }
}
