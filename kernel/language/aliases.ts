// One global scope in which a name can be declared again: the later one gets an alias.
//
// Each cell is a script file for TypeScript. A name that is taken (by an earlier cell, or by the
// libraries) is written as name__skylab7 in the file of cell 7 and of the cells after it. So a
// redeclaration may be of any type and nothing is checked twice. A name may be one cell's as a value
// and another's as a type.
import { isDeferred, isTypePosition } from './positions.js'
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

/** How a name is written in the files of a cell; the name itself where no cell has declared it. */
export interface Writing {
  /** `later`: it is read when a function is called, not when the cell runs. */
  value(name: string, later: boolean): string
  /** `later`: it is no declaration of the cell's. */
  type(name: string, later: boolean): string
}

/**
 * The changes that write other names for some identifiers of a cell. Every identifier of the name is
 * changed, also inner ones: consistently, so the meaning stays. Names of properties stay.
 */
export function renames(source: ts.SourceFile, writing: Writing): Change[] {
  const changes: Change[] = []
  const both = innerClasses(source)
  const visit = (node: ts.Node, members: ReadonlySet<string>): void => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node) || isGlobalBlock(node)) return
    if (ts.isImportEqualsDeclaration(node) && ts.isExternalModuleReference(node.moduleReference)) return
    const inner = withMembers(node, members)
    if (ts.isMetaProperty(node) && node.keywordToken === ts.SyntaxKind.ImportKeyword) {
      // With these words TypeScript would take the file for a module.
      changes.push({ start: node.getStart(), end: node.end, text: '$meta' })
      return
    }
    if (ts.isIdentifier(node)) {
      const { text } = node
      if (inner.has(text) || isPropertyName(node)) return
      const written =
        isTypePosition(node) && !both.has(text)
          ? writing.type(text, node.parent.parent !== source)
          : writing.value(text, isDeferred(node))
      if (written !== text) changes.push(change(node, written))
      return
    }
    ts.forEachChild(node, (child) => visit(child, inner))
  }
  visit(source, new Set())
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

/** Classes and enums inside of functions and blocks: their one name is a value and a type. */
function innerClasses(source: ts.SourceFile): Set<string> {
  const names = new Set<string>()
  const visit = (node: ts.Node): void => {
    if ((ts.isClassLike(node) || ts.isEnumDeclaration(node)) && node.name && node.parent !== source)
      names.add(node.name.text)
    ts.forEachChild(node, visit)
  }
  visit(source)
  return names
}

/** Inside an enum or namespace, and in a constructor with parameter properties, some names are members. */
function withMembers(node: ts.Node, outer: ReadonlySet<string>): ReadonlySet<string> {
  const members: string[] = []
  if (ts.isEnumDeclaration(node)) for (const each of node.members) members.push(each.name.getText())
  else if (ts.isModuleBlock(node)) members.push(...namespaceNames(node))
  else if (ts.isConstructorDeclaration(node))
    for (const each of node.parameters) if (each.modifiers && ts.isIdentifier(each.name)) members.push(each.name.text)
  return members.length === 0 ? outer : new Set([...outer, ...members])
}

/** What a namespace declares, in this block and in the other ones of its name in the cell. */
function namespaceNames(block: ts.ModuleBlock): string[] {
  const { name, parent } = block.parent
  const names = [...declaredNames(block.statements).keys()]
  if (!ts.isIdentifier(name) || !('statements' in parent)) return names
  for (const other of (parent as ts.SourceFile).statements)
    if (ts.isModuleDeclaration(other) && other.name.text === name.text && other.body && ts.isModuleBlock(other.body))
      names.push(...declaredNames(other.body.statements).keys())
  return names
}

function isPropertyName(node: ts.Identifier): boolean {
  const { parent } = node
  if (ts.isPropertyAccessExpression(parent)) return parent.name === node
  if (ts.isQualifiedName(parent)) return parent.right === node
  if (ts.isBindingElement(parent)) return parent.propertyName === node
  if (ts.isImportTypeNode(parent)) return parent.qualifier === node
  if (ts.isLabeledStatement(parent)) return parent.label === node
  if (ts.isBreakOrContinueStatement(parent)) return true
  if (ts.isMetaProperty(parent) || ts.isNamedTupleMember(parent)) return parent.name === node
  const named =
    ts.isPropertyAssignment(parent) ||
    ts.isClassElement(parent) ||
    ts.isTypeElement(parent) ||
    ts.isMethodDeclaration(parent) ||
    ts.isJsxAttribute(parent) ||
    ts.isEnumMember(parent)
  return named && parent.name === node
}

/** `declare global { … }`: not a script's, so it lives in the cell's module file. */
export function isGlobalBlock(node: ts.Node): node is ts.ModuleDeclaration {
  return ts.isModuleDeclaration(node) && (node.flags & ts.NodeFlags.GlobalAugmentation) !== 0
}

/** What a name stands for: a value, a type, or both. */
export interface Meaning {
  value: boolean
  type: boolean
}

/** Every name that statements declare for the statements beside them. */
export function declaredNames(statements: readonly ts.Statement[]): Map<string, Meaning> {
  const names = new Map<string, Meaning>()
  const add = (name: string, value: boolean, type: boolean): void => {
    const known = names.get(name)
    names.set(name, { value: value || !!known?.value, type: type || !!known?.type })
  }
  const bind = (name: ts.BindingName): void => {
    if (ts.isIdentifier(name)) add(name.text, true, false)
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
    else if (isNamed(statement) && !isGlobalBlock(statement) && statement.name && ts.isIdentifier(statement.name)) {
      const onlyType = ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement)
      add(statement.name.text, !onlyType, !ts.isFunctionDeclaration(statement))
    }
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
    ts.isModuleDeclaration(statement) ||
    ts.isImportEqualsDeclaration(statement)
  )
}
