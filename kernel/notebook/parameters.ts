// `-p NAME=VALUE`: values for the names that a notebook's `parameters` cell declares.
//
// As papermill does, an injected cell follows the cell tagged `parameters`. Beside single variables,
// an object called `parameters` is understood: its keys are the names.
import type ts from 'typescript'
import { Fault } from '../fault.js'
import type { CodeCell, Notebook } from './document.js'

/** One `-p`: the value is JSON where it is a number, true, false or null, else the text itself. */
export interface Parameter {
  name: string
  value: string | number | boolean | null
}

/** Reads `NAME=VALUE`; the value may hold `=`. Throws a Fault where there is no name. */
export function readParameter(text: string): Parameter {
  const at = text.indexOf('=')
  const name = text.slice(0, at).trim()
  if (at < 1 || !name) throw new Fault(`-p needs NAME=VALUE; this is ${JSON.stringify(text)}.`, '-p limit=20', 2)
  const raw = text.slice(at + 1)
  const plain = /^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)$/.test(raw)
  return { name, value: plain ? JSON.parse(raw) : raw }
}

/** Puts the values into the notebook, in a cell after the one tagged `parameters`. Throws a Fault for an unknown name. */
export async function injectParameters(notebook: Notebook, parameters: Parameter[]): Promise<void> {
  if (parameters.length === 0) return
  const tagged = (tag: string) =>
    notebook.cells.findIndex((cell) => cell.cell_type === 'code' && cell.metadata.tags?.includes(tag))
  const old = tagged('injected-parameters')
  if (old >= 0) notebook.cells.splice(old, 1)
  const place = tagged('parameters')
  if (place < 0)
    throw new Fault(
      'This notebook takes no parameters: no code cell is tagged `parameters`.',
      'leave -p away, or add the tag to the cell that declares them (in JupyterLab: property inspector, Cell Tags)',
      2,
    )
  const known = await declaredNames((notebook.cells[place] as CodeCell).source)
  const lines = parameters.map(({ name, value }) => {
    const target = known.get(name)
    if (target === undefined)
      throw new Fault(
        `This notebook has no parameter ${JSON.stringify(name)}.`,
        known.size
          ? `its parameters are: ${[...known.keys()].join(', ')}`
          : 'declare it in the cell tagged `parameters`: let NAME = VALUE',
        2,
      )
    return `${target} = ${JSON.stringify(value)}`
  })
  notebook.cells.splice(place + 1, 0, {
    cell_type: 'code',
    id: freeId(notebook, 'injected-parameters'),
    source: `// Given on the command line with -p.\n${lines.join('\n')}`,
    metadata: { tags: ['injected-parameters'] },
    execution_count: null,
    outputs: [],
  })
}

/** Name of a parameter → what is to be written before ` = VALUE`. */
async function declaredNames(source: string): Promise<Map<string, string>> {
  const { default: ts } = await import('typescript')
  const file = ts.createSourceFile('parameters.ts', source, ts.ScriptTarget.Latest, true)
  const known = new Map<string, string>()
  for (const statement of file.statements) {
    if (!ts.isVariableStatement(statement)) continue
    // A const cannot be assigned to; declared again, it replaces the one of the earlier cell.
    const again = statement.declarationList.flags & ts.NodeFlags.Const ? 'const ' : ''
    for (const declaration of statement.declarationList.declarations) {
      if (!ts.isIdentifier(declaration.name)) continue
      const name = declaration.name.text
      const object = name === 'parameters' ? objectOf(ts, declaration.initializer) : undefined
      if (object)
        for (const key of keys(ts, object))
          known.set(
            key,
            /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(key)
              ? `parameters.${key}`
              : `parameters[${JSON.stringify(key)}]`,
          )
      else known.set(name, again + name)
    }
  }
  return known
}

/** The object literal of an initializer, also inside `as`, `satisfies` and parentheses. */
function objectOf(typescript: typeof ts, node: ts.Expression | undefined): ts.ObjectLiteralExpression | undefined {
  let inner = node
  while (
    inner &&
    (typescript.isAsExpression(inner) ||
      typescript.isSatisfiesExpression(inner) ||
      typescript.isParenthesizedExpression(inner))
  )
    inner = inner.expression
  return inner && typescript.isObjectLiteralExpression(inner) ? inner : undefined
}

function keys(typescript: typeof ts, object: ts.ObjectLiteralExpression): string[] {
  return object.properties.flatMap((property) => {
    const name = property.name
    return name && (typescript.isIdentifier(name) || typescript.isStringLiteral(name)) ? [name.text] : []
  })
}

function freeId(notebook: Notebook, wish: string): string {
  const taken = new Set(notebook.cells.map((cell) => cell.id))
  for (let n = 1; ; n++) {
    const id = n === 1 ? wish : `${wish}-${n}`
    if (!taken.has(id)) return id
  }
}
