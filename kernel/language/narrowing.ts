// What a cell has found out about a variable holds in the cells after it: `if (!row) throw …`, then
// `row.id` in the next cell, as it would in one file.
import { ts } from './typescript.js'

// A type that takes more text than this is not carried.
const LONGEST = 1000
const FLAGS = ts.NodeBuilderFlags.NoTruncation

/** The narrowed types at the end of the cells, by path (`x`, `x.y`) as written in the files. */
export class Narrowings {
  private readonly types = new Map<string, { root: string; type: string }>()
  private readonly printer = ts.createPrinter({ removeComments: true })

  /** What to write before a cell that reads these paths. */
  prefix(paths: ReadonlyMap<string, string>): string {
    if (this.types.size === 0) return ''
    const roots = new Set(paths.values())
    let text = ''
    for (const [path, { root, type }] of this.types) if (roots.has(root)) text += `$is<${type}>(${path});`
    return text
  }

  /** Reads the types at the end of a checked cell: of the list that `endOf` put there. */
  read(checker: ts.TypeChecker, file: ts.SourceFile, paths: ReadonlyMap<string, string>): void {
    const roots = new Set(paths.values())
    for (const [path, { root }] of this.types) if (roots.has(root)) this.types.delete(path)
    const last = file.statements.at(-1)
    if (!last || !ts.isExpressionStatement(last) || !ts.isArrayLiteralExpression(last.expression)) return
    for (const element of last.expression.elements) {
      const path = element.getText(file)
      const root = paths.get(path)
      const type = root === undefined ? undefined : this.narrowed(checker, element, file)
      if (type !== undefined) this.types.set(path, { root: root!, type })
    }
  }

  private narrowed(checker: ts.TypeChecker, element: ts.Expression, file: ts.SourceFile): string | undefined {
    const symbol = checker.getSymbolAtLocation(ts.isPropertyAccessExpression(element) ? element.name : element)
    if (!symbol) return undefined
    const declared = checker.getTypeOfSymbol(symbol)
    const wide = ts.TypeFlags.Union | ts.TypeFlags.Any | ts.TypeFlags.Unknown
    const grows = checker.isArrayType(declared) && checker.typeToString(declared) === 'any[]'
    if (!(declared.flags & wide) && !grows) return undefined
    const type = checker.getTypeAtLocation(element)
    if (type === declared || isPlain(type)) return undefined
    const node = checker.typeToTypeNode(type, file, FLAGS)
    const text = node && this.printer.printNode(ts.EmitHint.Unspecified, node, file).replace(/\s*\n\s*/g, ' ')
    return text && text.length <= LONGEST ? text : undefined
  }
}

/** Nothing that is worth to be carried: no value, anything, or one of a few constants. */
function isPlain(type: ts.Type): boolean {
  const none = ts.TypeFlags.Never | ts.TypeFlags.Any | ts.TypeFlags.Void | ts.TypeFlags.Undefined | ts.TypeFlags.Null
  const each = type.isUnion() ? type.types : [type]
  return each.every((part) => (part.flags & (none | ts.TypeFlags.Unit)) !== 0)
}

/** The paths as a list at the end of a script, where their types can be read. */
export function endOf(paths: ReadonlyMap<string, string>): string {
  return paths.size === 0 ? '' : `\n;[${[...paths.keys()].join(', ')}]`
}
