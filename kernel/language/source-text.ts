// The source of what a name stands for: from a cell, a module of the notebook's, or a package.
import path from 'node:path'
import { withoutAliases } from './aliases.js'
import { ts } from './typescript.js'

/** A declaration as it was written; `from` says where, for one of a package: its name, path and line. */
export interface SourceText {
  text: string
  from?: string
}

/**
 * The source of the definition that a name leads to. Of a package the TypeScript where its source map
 * leads to one that is there, else its JavaScript, else (for types) the declaration.
 */
export function sourceText(service: ts.LanguageService, file: string, at: number): SourceText | undefined {
  const program = service.getProgram()!
  const definition = service.getDefinitionAtPosition(file, at)?.[0]
  const tree = definition && program.getSourceFile(definition.fileName)
  if (!definition?.contextSpan || !tree) return undefined
  const { start, length } = definition.contextSpan
  const declared = tree.text.slice(start, start + length)
  if (!tree.isDeclarationFile && !tree.fileName.includes('/node_modules/'))
    return { text: withoutAliases(declared).replace(/\n;\s*$/, '') }
  const script = scriptOf(tree.fileName)
  if (script === undefined) return undefined
  const names = containers(tree, definition.textSpan.start)
  for (const source of [typescriptOf(script), script]) {
    const found = source === undefined ? undefined : declarationIn(source, names)
    if (found) return found
  }
  const { line } = tree.getLineAndCharacterOfPosition(definition.textSpan.start)
  return /^(?:export )?(?:declare )?(?:interface|type)\b/.test(declared)
    ? { text: declared, from: placeOf(tree.fileName, line) }
    : undefined
}

/** The JavaScript beside a declaration file. */
function scriptOf(declarations: string): string | undefined {
  const script = declarations.replace(/\.d\.([cm]?)ts$/, '.$1js')
  return script !== declarations && ts.sys.fileExists(script) ? script : undefined
}

/** What a script was compiled from, where its source map says so and the file is there. */
function typescriptOf(script: string): string | undefined {
  try {
    const { sourceRoot = '', sources } = JSON.parse(ts.sys.readFile(`${script}.map`) ?? '') as {
      sourceRoot?: string
      sources: string[]
    }
    const file = path.resolve(path.dirname(script), sourceRoot, sources[0]!)
    return ts.sys.fileExists(file) ? file : undefined
  } catch {
    return undefined
  }
}

/** The name declared at an offset, with those of the declarations around it, outermost first. */
function containers(tree: ts.SourceFile, offset: number): string[] {
  const names: string[] = []
  const visit = (node: ts.Node): void => {
    if (offset < node.getStart() || offset >= node.end) return
    const name = nameOf(node)
    if (name !== undefined) names.push(name)
    ts.forEachChild(node, visit)
  }
  visit(tree)
  return names
}

function nameOf(node: ts.Node): string | undefined {
  const { name } = node as { name?: ts.Node }
  const isDeclared =
    ts.isVariableDeclaration(node) ||
    ts.isFunctionDeclaration(node) ||
    ts.isClassDeclaration(node) ||
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node) ||
    ts.isEnumDeclaration(node) ||
    ts.isModuleDeclaration(node) ||
    ts.isClassElement(node) ||
    ts.isTypeElement(node) ||
    ts.isObjectLiteralElementLike(node)
  return isDeclared && name && (ts.isIdentifier(name) || ts.isStringLiteral(name)) ? name.text : undefined
}

/** The declarations of a file under these names: all overloads of a function. */
function declarationIn(file: string, names: readonly string[]): SourceText | undefined {
  const text = ts.sys.readFile(file)
  if (text === undefined || names.length === 0) return undefined
  const tree = ts.createSourceFile(file, text, ts.ScriptTarget.ESNext, true)
  const found: ts.Node[] = []
  const visit = (node: ts.Node, depth: number): void => {
    const isNext = nameOf(node) === names[depth]
    if (isNext && depth === names.length - 1) found.push(ts.isVariableDeclaration(node) ? node.parent.parent : node)
    // What stands inside of functions is none of what a module declares.
    else if (isNext || (nameOf(node) === undefined && !ts.isFunctionLike(node) && !ts.isBlock(node)))
      ts.forEachChild(node, (child) => visit(child, isNext ? depth + 1 : depth))
  }
  visit(tree, 0)
  const [first] = found
  if (!first) return undefined
  const { line } = tree.getLineAndCharacterOfPosition(first.getStart())
  return { text: found.map((node) => node.getText()).join('\n'), from: placeOf(file, line) }
}

/** `skylab/src/sample/sample.ts:40`, with a line from 0. */
function placeOf(file: string, line: number): string {
  for (let folder = path.dirname(file); ; folder = path.dirname(folder)) {
    const manifest = ts.sys.readFile(path.join(folder, 'package.json'))
    const name = manifest && (JSON.parse(manifest) as { name?: string }).name
    if (name) return `${name}/${path.relative(folder, file)}:${line + 1}`
    if (path.dirname(folder) === folder) return `${file}:${line + 1}`
  }
}
