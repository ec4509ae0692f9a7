// Writes the declarations of a cell's variables as properties of the notebook's scope.
import { boundNames, takesName } from './declared.js'
import type { Surroundings } from './loop-rewriter.js'
import { HELPER } from './module-words.js'
import type { Scope } from './resolve.js'
import { ts } from './typescript.js'

interface VariableSetting {
  /** `let` or `const`: it opens when it is reached. */
  lexical: boolean
  /** It stands in the head of `for … in` or `for … of`. */
  head: boolean
  scope: Scope | undefined
}

/** `x = 1` → `$sky0.x=1`, or the helper's `let` where reading it before was an error. */
export function writeVariable(
  declaration: ts.VariableDeclaration,
  { lexical, head, scope }: VariableSetting,
  surroundings: Surroundings,
): void {
  const { edits, property, visit } = surroundings
  const { name, initializer } = declaration
  if (!ts.isIdentifier(name)) {
    if (!head) edits.insert(name.getStart(), '(')
    writePattern(name, scope, surroundings)
    if (!initializer) return
    if (lexical) {
      const names = boundNames(name)
      const open = names.map((each) => `[${surroundings.scope(each)},${JSON.stringify(each)}]`).join(',')
      edits.insert(initializer.getStart(), `${HELPER}.open([${open}],`)
    }
    visit(initializer, scope)
    edits.insert(initializer.end, lexical ? '))' : ')')
    return
  }
  const key = JSON.stringify(name.text)
  const open = lexical ? `${HELPER}.let(${surroundings.scope(name.text)},${key},` : property(name.text)
  const close = lexical ? ')' : ''
  if (head) {
    edits.replace(name.getStart(), name.end, property(name.text))
    return
  }
  if (!initializer) {
    edits.replace(name.getStart(), name.end, lexical ? `${open}void 0)` : 'void 0')
    return
  }
  const named = takesName(initializer)
  edits.replace(name.getStart(), initializer.getStart(), `${open}${lexical ? '' : '='}${named ? `{${key}:` : ''}`)
  visit(initializer, scope)
  edits.insert(initializer.end, `${named ? `}[${key}]` : ''}${close}`)
}

/** A declared pattern becomes an assignment pattern: {a, b: [c]} → {a: $.a, b: [$.c]}. */
function writePattern(pattern: ts.BindingPattern, scope: Scope | undefined, surroundings: Surroundings): void {
  const { edits, visit } = surroundings
  for (const element of pattern.elements) {
    if (!ts.isBindingElement(element)) continue
    if (element.propertyName && ts.isComputedPropertyName(element.propertyName)) visit(element.propertyName, scope)
    if (ts.isIdentifier(element.name)) {
      const short = ts.isObjectBindingPattern(pattern) && !element.propertyName && !element.dotDotDotToken
      const written = surroundings.property(element.name.text)
      edits.replace(element.name.getStart(), element.name.end, short ? `${element.name.text}:${written}` : written)
    } else writePattern(element.name, scope, surroundings)
    if (element.initializer) visit(element.initializer, scope)
  }
}
