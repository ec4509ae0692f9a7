// What a module says about other modules, for a cell that is a function.
import { importedNames } from './resolve.js'
import { ts } from './typescript.js'

/** The names that our code uses inside a cell; what is before a digit is a scope object. */
export const HELPER = '$sky'

/** The words `export` and `default` before a declaration. */
export function exportWords(
  statement: ts.FunctionDeclaration | ts.ClassDeclaration | ts.VariableStatement,
): readonly ts.Node[] {
  return (statement.modifiers ?? []).filter(
    ({ kind }) => kind === ts.SyntaxKind.ExportKeyword || kind === ts.SyntaxKind.DefaultKeyword,
  )
}

/** An import as a call that gives the notebook its names; `scope` is the scope object of a name. */
export function importCall(statement: ts.ImportDeclaration, scope: (name: string) => string): string {
  const wanted = importedNames(statement).map(
    ([local, imported]) => `[${scope(local)},${JSON.stringify(local)},${JSON.stringify(imported)}]`,
  )
  return `await ${HELPER}.import(${statement.moduleSpecifier.getText()},[${wanted.join(',')}]);`
}
