// `-p NAME=VALUE`: values for the names that a notebook's `parameters` cell declares.
//
// As papermill does, an injected cell follows the cell tagged `parameters`. Beside single variables,
// an object called `parameters` is understood: its keys are the names.
import type ts from 'typescript'
import { Fault } from '../fault.js'
import type { CodeCell, Notebook } from './document.js'
import { type Admitted, admittedBy, asSource } from './parameter-types.js'

/** One `-p`. What its text means is for the cell to say that declares the name. */
export interface Parameter {
  name: string
  text: string
}

/** Reads `NAME=VALUE`; the value may hold `=`. Throws a Fault where there is no name. */
export function readParameter(text: string): Parameter {
  const at = text.indexOf('=')
  const name = text.slice(0, at).trim()
  if (at < 1 || !name)
    throw new Fault(
      `-p needs NAME=VALUE; this is ${JSON.stringify(text)}.`,
      `-p ${/^[\w.]+$/.test(text) ? text : 'NAME'}=VALUE`,
      2,
    )
  return { name, text: text.slice(at + 1) }
}

/**
 * Puts the values into the notebook, in a cell after the one tagged `parameters`. Throws a Fault for an
 * unknown name, and for a value that its declaration does not admit.
 */
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
  const lines = parameters.map(({ name, text }) => {
    const declared = known.get(name)
    if (declared === undefined)
      throw new Fault(
        `This notebook has no parameter ${JSON.stringify(name)}.`,
        known.size
          ? `its parameters are: ${[...known.keys()].join(', ')}`
          : 'declare it in the cell tagged `parameters`: let NAME = VALUE',
        2,
      )
    return `${declared.target} = ${asSource(name, text, declared.admitted)}`
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

interface Declared {
  /** What is to be written before ` = VALUE`. */
  target: string
  admitted: Admitted | undefined
}

/** Name of a parameter → how it is set. */
async function declaredNames(source: string): Promise<Map<string, Declared>> {
  const { default: ts } = await import('typescript')
  const file = ts.createSourceFile('parameters.ts', source, ts.ScriptTarget.Latest, true)
  const known = new Map<string, Declared>()
  for (const statement of file.statements) {
    if (!ts.isVariableStatement(statement)) continue
    // A const cannot be assigned to; declared again, it replaces the one of the earlier cell.
    const again = statement.declarationList.flags & ts.NodeFlags.Const ? 'const ' : ''
    for (const declaration of statement.declarationList.declarations) {
      if (!ts.isIdentifier(declaration.name)) continue
      const name = declaration.name.text
      const object = name === 'parameters' ? objectOf(ts, declaration.initializer) : undefined
      if (object)
        for (const { key, first } of properties(ts, object))
          known.set(key, {
            target: /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(key)
              ? `parameters.${key}`
              : `parameters[${JSON.stringify(key)}]`,
            admitted: admittedBy(ts, undefined, first),
          })
      else
        known.set(name, {
          target: again + name,
          admitted: admittedBy(ts, declaration.type, declaration.initializer),
        })
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

function properties(
  typescript: typeof ts,
  object: ts.ObjectLiteralExpression,
): { key: string; first?: ts.Expression }[] {
  return object.properties.flatMap((property) => {
    const { name } = property
    if (!name || !(typescript.isIdentifier(name) || typescript.isStringLiteral(name))) return []
    return [{ key: name.text, ...(typescript.isPropertyAssignment(property) ? { first: property.initializer } : {}) }]
  })
}

function freeId(notebook: Notebook, wish: string): string {
  const taken = new Set(notebook.cells.map((cell) => cell.id))
  for (let n = 1; ; n++) {
    const id = n === 1 ? wish : `${wish}-${n}`
    if (!taken.has(id)) return id
  }
}
