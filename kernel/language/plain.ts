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
  return source.statements.every(isPlainStatement)
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
  const visit = (node: ts.Node): void => {
    if (ts.isSourceFile(node) || ts.isBlock(node) || ts.isCaseOrDefaultClause(node))
      for (const [at, statement] of node.statements.entries()) {
        const before = node.statements[at - 1]
        if (before && source.text[before.end - 1] !== ';') edits.insert(statement.getStart(source), ';')
      }
    ts.forEachChild(node, visit)
  }
  visit(source)
}
