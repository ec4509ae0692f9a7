// One global scope in which a name can be declared again: the later one gets an alias.
//
// Each cell is a script file for TypeScript. A name that is taken (by an earlier cell, or by the
// libraries) is written as name__skylab7 in the file of cell 7 and of the cells after it; files of
// earlier cells never change. So a redeclaration may be of any type and nothing is checked twice.
import { ts } from './typescript.js'

const MARK = '__skylab'
const ALIAS = /__skylab\d+/g

export function aliasOf(name: string, cell: number): string {
  return `${name}${MARK}${cell}`
}

/** A text of TypeScript's with the names as they were typed. */
export function withoutAliases(text: string): string {
  return text.replace(ALIAS, '')
}

/** A change of the cell's text: what stood at `start` is now `text`. */
export interface Change {
  start: number
  end: number
  text: string
}

/**
 * The changes that write other names for some identifiers of a cell. Every identifier of the name is
 * changed, also inner ones: consistently, so the meaning stays. Names of properties stay.
 */
export function renames(source: ts.SourceFile, aliases: ReadonlyMap<string, string>): Change[] {
  if (aliases.size === 0) return []
  const changes: Change[] = []
  const visit = (node: ts.Node, names: ReadonlyMap<string, string>): void => {
    if (ts.isImportDeclaration(node) || ts.isImportEqualsDeclaration(node) || isGlobalBlock(node)) return
    const inner = withoutMembers(node, names)
    if (ts.isIdentifier(node)) {
      const alias = inner.get(node.text)
      if (alias !== undefined && !isPropertyName(node)) changes.push(change(node, alias))
      return
    }
    ts.forEachChild(node, (child) => visit(child, inner))
  }
  visit(source, aliases)
  return changes
}

function change(node: ts.Identifier, alias: string): Change {
  const { parent } = node
  const short =
    (ts.isShorthandPropertyAssignment(parent) && parent.name === node) ||
    (ts.isBindingElement(parent) &&
      parent.name === node &&
      !parent.propertyName &&
      !parent.dotDotDotToken &&
      ts.isObjectBindingPattern(parent.parent))
  return { start: node.getStart(), end: node.end, text: short ? `${node.text}: ${alias}` : alias }
}

/** Inside an enum or namespace, and in a constructor with parameter properties, some names are members. */
function withoutMembers(node: ts.Node, names: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const members: string[] = []
  if (ts.isEnumDeclaration(node)) for (const each of node.members) members.push(each.name.getText())
  else if (ts.isModuleBlock(node)) members.push(...declaredNames(node.statements))
  else if (ts.isConstructorDeclaration(node))
    for (const each of node.parameters) if (each.modifiers && ts.isIdentifier(each.name)) members.push(each.name.text)
  if (!members.some((name) => names.has(name))) return names
  const left = new Map(names)
  for (const name of members) left.delete(name)
  return left
}

function isPropertyName(node: ts.Identifier): boolean {
  const { parent } = node
  if (ts.isPropertyAccessExpression(parent)) return parent.name === node
  if (ts.isQualifiedName(parent)) return parent.right === node
  if (ts.isBindingElement(parent)) return parent.propertyName === node
  if (ts.isImportTypeNode(parent)) return parent.qualifier === node
  if (ts.isLabeledStatement(parent) || ts.isBreakOrContinueStatement(parent)) return true
  if (ts.isMetaProperty(parent) || ts.isNamedTupleMember(parent)) return parent.name === node
  const named =
    ts.isPropertyAssignment(parent) ||
    ts.isClassElement(parent) ||
    ts.isTypeElement(parent) ||
    ts.isMethodDeclaration(parent) ||
    ts.isEnumMember(parent)
  return named && parent.name === node
}

/** `declare global { … }`: not a script's, so it lives in the cell's module file. */
export function isGlobalBlock(node: ts.Node): node is ts.ModuleDeclaration {
  return ts.isModuleDeclaration(node) && (node.flags & ts.NodeFlags.GlobalAugmentation) !== 0
}

/** Every name that statements declare for the statements beside them: values and types. */
export function declaredNames(statements: readonly ts.Statement[]): Set<string> {
  const names = new Set<string>()
  const bind = (name: ts.BindingName): void => {
    if (ts.isIdentifier(name)) names.add(name.text)
    else for (const element of name.elements) if (ts.isBindingElement(element)) bind(element.name)
  }
  const vars = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) || ts.isClassLike(node) || ts.isModuleDeclaration(node)) return
    if (ts.isVariableDeclarationList(node) && !(node.flags & ts.NodeFlags.BlockScoped))
      for (const each of node.declarations) bind(each.name)
    ts.forEachChild(node, vars)
  }
  for (const statement of statements) {
    if (ts.isVariableStatement(statement)) for (const each of statement.declarationList.declarations) bind(each.name)
    else if (isNamed(statement) && !isGlobalBlock(statement) && statement.name && ts.isIdentifier(statement.name))
      names.add(statement.name.text)
    vars(statement)
  }
  return names
}

function isNamed(statement: ts.Statement): statement is ts.Statement & { name?: ts.Node } {
  return (
    ts.isFunctionDeclaration(statement) ||
    ts.isClassDeclaration(statement) ||
    ts.isInterfaceDeclaration(statement) ||
    ts.isTypeAliasDeclaration(statement) ||
    ts.isEnumDeclaration(statement) ||
    ts.isModuleDeclaration(statement)
  )
}
