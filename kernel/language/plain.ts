// Cells that are JavaScript as they stand: nothing needs to be emitted for them.
import type { Edits } from './edits.js'
import { parseProblems } from './parse.js'
import { ts } from './typescript.js'

// What TypeScript's own transformers ask of a tree before they walk it: TypeScript, JSX, what is newer
// than the target, decorators. Where a version does not have the flags, every cell is emitted.
const flags = (ts as unknown as { TransformFlags?: Record<string, number> }).TransformFlags ?? {}
const NEEDED = ['ContainsTypeScript', 'ContainsJsx', 'ContainsESNext', 'ContainsDecorators'].map((name) => flags[name])

/** True where emitting would give the same program. */
export function isPlain(source: ts.SourceFile): boolean {
  const { transformFlags } = source as unknown as { transformFlags?: number }
  if (transformFlags === undefined || parseProblems(source).length > 0) return false
  if (NEEDED.some((flag) => flag === undefined || transformFlags & flag)) return false
  // The flags do not speak of these.
  if (source.text.startsWith('#!') || /\baccessor\b/.test(source.text)) return false
  return source.statements.every(isPlainStatement) && !hasTouching(source)
}

function isPlainStatement(statement: ts.Statement): boolean {
  if (ts.isImportEqualsDeclaration(statement)) return false
  if (ts.isExportAssignment(statement)) return !statement.isExportEquals
  if (ts.isImportDeclaration(statement)) {
    const { importClause: clause } = statement
    if (!clause) return true
    if (clause.phaseModifier !== undefined) return false
    const { namedBindings: bindings } = clause
    return !bindings || ts.isNamespaceImport(bindings) || !bindings.elements.some(({ isTypeOnly }) => isTypeOnly)
  }
  if (!ts.isExportDeclaration(statement)) return true
  const { exportClause: clause } = statement
  return (
    !statement.isTypeOnly && !(clause && ts.isNamedExports(clause) && clause.elements.some((each) => each.isTypeOnly))
  )
}

/**
 * Ends statements that end with their line: what a rewritten one begins with, `(0,f)(…)` or `({a} = …)`,
 * would go on with the line before. TypeScript's printer does this where a cell is emitted.
 */
export function endStatements(source: ts.SourceFile, edits: Edits): void {
  eachNeighbour(source, (before, statement) => {
    if (source.text[before.end - 1] !== ';' && !ts.isEmptyStatement(statement))
      edits.insert(statement.getStart(source), ';')
    return false
  })
}

/**
 * Two statements without a character between them, `class A {}let a`: what is written at the end of the first and
 * the semicolon that ends it would stand at one place, so such a cell is emitted.
 */
function hasTouching(source: ts.SourceFile): boolean {
  return eachNeighbour(
    source,
    (before, statement) =>
      before.end === statement.getStart(source) &&
      source.text[before.end - 1] !== ';' &&
      !ts.isEmptyStatement(statement),
  )
}

/** Looks at every statement that follows another, until one is what is looked for. */
function eachNeighbour(
  source: ts.SourceFile,
  found: (before: ts.Statement, statement: ts.Statement) => boolean,
): boolean {
  const visit = (node: ts.Node): boolean => {
    if (ts.isSourceFile(node) || ts.isBlock(node) || ts.isCaseOrDefaultClause(node))
      for (const [at, statement] of node.statements.entries()) {
        const before = node.statements[at - 1]
        if (before && found(before, statement)) return true
      }
    return ts.forEachChild(node, visit) ?? false
  }
  return visit(source)
}
