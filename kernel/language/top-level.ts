// The names that a cell and its functions declare.
import { boundNames, lexicalNames, varNames } from './declared.js'
import type { NameKind } from './names.js'
import { importedNames } from './resolve.js'
import { ts } from './typescript.js'

/** A cell that JavaScript refuses for a reason that the TypeScript parser does not report. */
export class Refused extends Error {
  readonly line: number
  readonly column: number

  constructor(message: string, node: ts.Node) {
    super(message)
    const place = node.getSourceFile().getLineAndCharacterOfPosition(node.getStart())
    this.line = place.line + 1
    this.column = place.character + 1
  }
}

/**
 * What a cell declares at its top level: the kinds of the names, where the declarations of `let`, `const` and
 * classes end, and which ones are functions. Throws Refused.
 */
export function topLevelNames(file: ts.SourceFile): {
  kinds: Map<string, NameKind>
  ends: Map<string, number>
  functions: string[]
} {
  const lexical = new Map<string, NameKind>()
  const kinds = new Map<string, NameKind>()
  const ends = new Map<string, number>()
  const functions = new Set<string>()
  for (const statement of file.statements) {
    for (const [name, kind] of lexicalNames([statement])) {
      if (lexical.has(name) && !(kind === 'function' && lexical.get(name) === 'function'))
        throw new Refused(`Identifier '${name}' has already been declared`, statement)
      lexical.set(name, kind)
      if (kind === 'function') functions.add(name)
      else ends.set(name, statement.end)
    }
    if (ts.isImportDeclaration(statement)) for (const [local] of importedNames(statement)) lexical.set(local, 'import')
  }
  for (const name of varNames(file)) kinds.set(name, 'var')
  for (const [name, kind] of lexical) {
    if (kinds.has(name) && kind !== 'function')
      throw new Refused(`Identifier '${name}' has already been declared`, file)
    kinds.set(name, kind)
  }
  return { kinds, ends, functions: [...functions] }
}

/** The names that stand for something of the function's own inside of it. */
export function functionNames(node: ts.FunctionLikeDeclaration): Set<string> {
  const names = new Set<string>()
  if (ts.isFunctionExpression(node) && node.name) names.add(node.name.text)
  if (!ts.isArrowFunction(node)) names.add('arguments')
  for (const parameter of node.parameters) for (const name of boundNames(parameter.name)) names.add(name)
  if (node.body) {
    for (const name of varNames(node.body)) names.add(name)
    if (ts.isBlock(node.body)) for (const name of lexicalNames(node.body.statements).keys()) names.add(name)
  }
  return names
}
