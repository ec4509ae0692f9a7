// What a cell may import, as a file that is read when it changes: names, kinds and signatures, out of the declarations
// that are built. A change that is meant: `npx vitest run test/api.test.ts -u`, and the change is in the diff.
import path from 'node:path'
import ts from 'typescript'
import { expect, it } from 'vitest'
import { userOptions } from './user-options.js'

const root = path.resolve(import.meta.dirname, '..')
const entry = path.join(root, 'dist/src/index.d.ts')
const user = path.join(root, 'test/api/types.ts')
const program = ts.createProgram([entry, user], userOptions)
const checker = program.getTypeChecker()
const FORMAT =
  ts.TypeFormatFlags.NoTruncation |
  ts.TypeFormatFlags.WriteArrayAsGenericType |
  ts.TypeFormatFlags.UseAliasDefinedOutsideCurrentScope |
  ts.TypeFormatFlags.MultilineObjectLiterals

it('is what it was', async () => {
  const exported = checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(entry)!)!)
  expect(exported.length).toBeGreaterThan(150)
  const lines = exported
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((symbol) => described(symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol, symbol))
  // The compiler writes the members of an inferred union in the order in which it met them, which a partial build changes.
  const text = lines
    .join('\n\n')
    .replace(/[\w.$<>"'[\]-]+(?: \| [\w.$<>"'[\]-]+)+/g, (union) => union.split(' | ').sort().join(' | '))
  await expect(`${text}\n`).toMatchFileSnapshot('api/exports.txt')
})

it('gives and takes the types that the main calls should', () => {
  const text = (each: ts.Diagnostic) =>
    `${each.start === undefined ? '' : `line ${each.file!.getLineAndCharacterOfPosition(each.start).line + 1}: `}${ts.flattenDiagnosticMessageText(each.messageText, ' ')}`
  const file = program.getSourceFile(user)!
  expect(program.getSemanticDiagnostics(file).map(text)).toEqual([])
  // It reads the built package, and not something that is any.
  expect(program.getSourceFiles().some(({ fileName }) => fileName === entry)).toBe(true)
})

/** A declaration without its comments, as it stands in the built file; of a function each signature. */
function described(symbol: ts.Symbol, exportedAs: ts.Symbol): string {
  const declarations = symbol.declarations ?? []
  const texts = declarations.map((declaration) => {
    if (ts.isVariableDeclaration(declaration))
      return `const ${exportedAs.name}: ${checker.typeToString(checker.getTypeOfSymbol(symbol), declaration, FORMAT)}`
    return plain(declaration)
  })
  return texts.join('\n')
}

const printer = ts.createPrinter({ removeComments: true })

/** Printed afresh, so that neither comments nor the way of breaking lines counts; private members are nobody's. */
function plain(node: ts.Node): string {
  const kept = ts.isClassDeclaration(node)
    ? ts.factory.updateClassDeclaration(
        node,
        node.modifiers,
        node.name,
        node.typeParameters,
        node.heritageClauses,
        node.members.filter(
          (member) =>
            !(member.name && ts.isPrivateIdentifier(member.name)) &&
            !(
              ts.canHaveModifiers(member) &&
              ts.getModifiers(member)?.some(({ kind }) => kind === ts.SyntaxKind.PrivateKeyword)
            ),
        ),
      )
    : node
  return printer
    .printNode(ts.EmitHint.Unspecified, kept, node.getSourceFile())
    .replace(/^export (?:declare |default )*/, '')
}
