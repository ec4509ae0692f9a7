// JavaScript of a cell → the same with its top-level names as properties of the notebook's scope.
//
// Every top-level name is a property everywhere, also inside the functions of the cell that declares
// it: one binding, so a closure sees the current value, whichever cell changed it.

import { boundNames, isLexical, isWritten, varNames } from './declared.js'
import { Edits, type PlacedEdit } from './edits.js'
import { type Flow, givenNames, isGiven, isMadeForLater } from './flows.js'
import { LoopRewriter, type Surroundings } from './loop-rewriter.js'
import { isAwkward, type Loop, type LoopFacts, loopOf } from './loops.js'
import { exportWords, HELPER, importCall } from './module-words.js'
import type { NameKind, Names } from './names.js'
import { endStatements } from './plain.js'
import {
  classStart,
  firstName,
  innerScope,
  isCallee,
  isReference,
  lastExpression,
  resolves,
  type Scope,
  within,
} from './resolve.js'
import { functionNames, Refused, topLevelNames } from './top-level.js'
import { ts } from './typescript.js'
import { writeVariable } from './variables.js'

export { HELPER, Refused }

export interface Rewritten {
  js: string
  edits: PlacedEdit[]
  /** The cell awaits at its top level, or imports. */
  async: boolean
  /** The value names that it declares. */
  declares: Map<string, NameKind>
  /** The names of the notebook that it mentions. */
  mentions: string[]
  /** What each statement reads when it runs, and the variables that it gives their values. */
  flows: Flow[]
  /** The number of scope objects that its function takes after the helper. */
  scopes: number
}

export interface RewriteOptions {
  names: Names
  globals: ReadonlySet<string>
  /** Enums and namespaces: each cell's own, not merged with those of an earlier run. */
  fresh: ReadonlySet<string>
  /** The cell ends in an expression, whose value is the result. */
  result: boolean
}

/**
 * Rewrites a module, given as the text that was emitted or as a tree that needs no emitting; declares its
 * names in `options.names`. Throws Refused.
 */
export function rewrite(module: string | ts.SourceFile, options: RewriteOptions): Rewritten {
  const plain = typeof module !== 'string'
  const file = plain ? module : ts.createSourceFile('cell.mjs', module, ts.ScriptTarget.ESNext, true, ts.ScriptKind.JS)
  // The first walk only looks: what functions do with a name, also those below, decides what a loop may do.
  const look = new Rewriter(file, options).look()
  const rewriter = new Rewriter(file, options, look)
  return rewriter.run(plain)
}

class Rewriter {
  private readonly file: ts.SourceFile
  private readonly edits: Edits
  private readonly options: RewriteOptions
  private readonly declares = new Map<string, NameKind>()
  private readonly declaredAt = new Map<string, number>()
  private readonly dead = new Set<string>()
  private readonly mentions = new Set<string>()
  private readonly imports: string[] = []
  private awaits = false
  private functionDepth = 0
  private hoisted = false
  private classDepth = 0
  /** Inside of a function that is only made here, and called who knows when. */
  private laterDepth = 0
  private reads = new Set<string>()
  private readonly flows: Flow[] = []
  private readonly loops: LoopRewriter
  private readonly around: Surroundings

  constructor(file: ts.SourceFile, options: RewriteOptions, loops?: ReadonlyMap<number, LoopFacts>) {
    this.options = options
    this.file = file
    this.edits = new Edits(file.text)
    this.around = {
      edits: this.edits,
      scope: (name) => this.scope(name),
      property: (name) => this.property(name),
      visit: (node, scope) => this.visit(node, scope),
    }
    const kind = (name: string, start: number) => this.settledKind(name, start)
    this.loops = new LoopRewriter(loops, { ...this.around, names: options.names, kind })
  }

  /** Walks the cell and gives what its loops do. */
  look(): ReadonlyMap<number, LoopFacts> {
    this.collect()
    for (const statement of this.file.statements) this.topLevel(statement)
    return this.loops.facts
  }

  run(plain: boolean): Rewritten {
    if (plain) endStatements(this.file, this.edits)
    const functions = this.collect()
    this.options.names.declareAll(this.declares)
    for (const statement of this.file.statements) this.flow(statement)
    this.markResult()
    const vars = [...this.declares].filter(([, kind]) => kind === 'var').map(([name]) => name)
    const fresh = vars.filter((name) => this.options.fresh.has(name))
    const prelude = [
      this.call('late', [...this.mentions]),
      this.call(
        'vars',
        vars.filter((name) => !fresh.includes(name)),
      ),
      this.call('fresh', fresh),
      this.call('dead', [...this.dead]),
      ...functions.map((name) => `${HELPER}.let(${this.scope(name)},${JSON.stringify(name)},${name});`),
      ...this.imports,
    ].join('')
    const { text, placed } = this.edits.apply()
    const async = this.awaits || this.imports.length > 0
    const scopes = this.options.names.scopes
    const parameters = [HELPER, ...Array.from({ length: scopes }, (_, index) => `${HELPER}${index}`)].join(',')
    const head = `(${async ? 'async ' : ''}function(${parameters}){'use strict';${prelude}`
    const js = `${head}${text}\n})`
    const edits = [{ line: 0, column: 0, removed: 0, added: head.length }, ...placed]
    return { js, edits, async, declares: this.declares, mentions: [...this.mentions], flows: this.flows, scopes }
  }

  /** Everything declared at the top level; gives the names of the function declarations. */
  private collect(): string[] {
    const { kinds, ends, functions } = topLevelNames(this.file)
    for (const [name, kind] of kinds) this.declares.set(name, kind)
    for (const [name, end] of ends) this.declaredAt.set(name, end)
    return functions
  }

  private flow(statement: ts.Statement): void {
    this.reads = new Set()
    this.topLevel(statement)
    const names = givenNames(statement, this.declares)
    if (names.length > 0 || this.reads.size > 0) this.flows.push({ names, reads: [...this.reads] })
  }

  private topLevel(statement: ts.Statement): void {
    if (ts.isImportDeclaration(statement)) {
      this.imports.push(importCall(statement, (name) => this.scope(name)))
      this.edits.remove(statement.getStart(), statement.end)
    } else if (ts.isExportDeclaration(statement)) {
      if (statement.moduleSpecifier)
        this.imports.push(`await ${HELPER}.import(${statement.moduleSpecifier.getText()},[]);`)
      this.edits.remove(statement.getStart(), statement.end)
    } else if (ts.isExportAssignment(statement)) {
      this.edits.remove(statement.getStart(), statement.expression.getStart())
      this.visit(statement.expression, undefined)
    } else if (ts.isFunctionDeclaration(statement)) {
      this.remove(exportWords(statement))
      this.hoisted = true
      this.visit(statement, undefined)
      this.hoisted = false
    } else if (ts.isClassDeclaration(statement)) {
      this.remove(exportWords(statement))
      const name = statement.name?.text
      if (name) this.edits.insert(classStart(statement), `${HELPER}.let(${this.scope(name)},${JSON.stringify(name)},`)
      this.visit(statement, undefined)
      if (name) this.edits.insert(statement.end, ');')
    } else if (ts.isVariableStatement(statement)) {
      this.remove(exportWords(statement))
      this.visit(statement.declarationList, undefined)
    } else this.visit(statement, undefined)
  }

  private remove(words: readonly ts.Node[]): void {
    for (const word of words) this.edits.remove(word.getStart(), word.end)
  }

  private markResult(): void {
    if (!this.options.result) return
    const last = lastExpression(this.file.statements)
    if (!last) return
    this.edits.insert(last.getStart(), 'return [')
    this.edits.insert(last.expression.end, ']')
  }

  private visit(node: ts.Node, scope: Scope | undefined): void {
    this.loops.look(node)
    if (ts.isIdentifier(node)) this.identifier(node, scope)
    else if (ts.isFunctionLike(node)) this.functionLike(node as ts.FunctionLikeDeclaration, scope)
    else if (loopOf(node)) this.loop(node, loopOf(node)!, scope)
    else if (ts.isVariableDeclarationList(node)) this.variables(node, scope)
    else if (ts.isClassStaticBlockDeclaration(node)) this.staticBlock(node, scope)
    else if (ts.isLabeledStatement(node)) this.visit(node.statement, scope)
    else if (ts.isMetaProperty(node)) this.metaProperty(node)
    else if (node.kind === ts.SyntaxKind.ImportKeyword && ts.isCallExpression(node.parent))
      this.edits.replace(node.getStart(), node.end, `${HELPER}.load`)
    else if (!ts.isBreakOrContinueStatement(node)) {
      if (this.functionDepth === 0) this.topLevelOnly(node)
      this.stoppable(node)
      if (ts.isClassLike(node)) this.classBody(node, scope)
      else this.children(node, innerScope(node, scope))
    }
  }

  /** What stands in a class runs when it is made or used: not on the copies of a loop around it. */
  private classBody(node: ts.ClassLikeDeclaration, scope: Scope | undefined): void {
    this.classDepth += 1
    this.loops.outside(() => this.children(node, innerScope(node, scope)))
    this.classDepth -= 1
  }

  private loop(node: ts.Node, loop: Loop, scope: Scope | undefined): void {
    this.loops.loop(node, loop, innerScope(loop, scope), this.functionDepth > 0, () => {
      if (this.functionDepth === 0) this.topLevelOnly(loop)
      this.stoppable(loop)
    })
  }

  /** The kind of a name that has its value when what begins at `start` runs. */
  private settledKind(name: string, start: number): NameKind | undefined {
    const own = this.declares.get(name)
    if (own === undefined) return this.options.names.kind(name)
    const at = this.declaredAt.get(name)
    return at === undefined || this.functionDepth > 0 || at <= start ? own : undefined
  }

  private topLevelOnly(node: ts.Node): void {
    if (ts.isAwaitExpression(node) || (ts.isForOfStatement(node) && node.awaitModifier)) this.awaits = true
    if (ts.isReturnStatement(node)) throw new Refused('Illegal return statement', node)
  }

  /** The code of an interrupted cell goes no further than its next await. */
  private stoppable(node: ts.Node): void {
    if (ts.isAwaitExpression(node)) {
      this.edits.insert(node.expression.getStart(), `${HELPER}.awaited(`)
      this.edits.insert(node.expression.end, ')')
    } else if (ts.isForOfStatement(node) && node.awaitModifier) {
      this.edits.insert(node.statement.getStart(), `{if(${HELPER}.isStopped())await ${HELPER}.awaited();`)
      this.edits.insert(node.statement.end, '}')
    }
  }

  private metaProperty(node: ts.MetaProperty): void {
    if (node.keywordToken === ts.SyntaxKind.ImportKeyword)
      this.edits.replace(node.getStart(), node.end, `${HELPER}.meta`)
  }

  private staticBlock(node: ts.ClassStaticBlockDeclaration, scope: Scope | undefined): void {
    this.functionDepth += 1
    this.loops.outside(() => this.children(node, within(varNames(node), scope)))
    this.functionDepth -= 1
  }

  private children(node: ts.Node, scope: Scope | undefined): void {
    ts.forEachChild(node, (child) => this.visit(child, scope))
  }

  private functionLike(node: ts.FunctionLikeDeclaration, scope: Scope | undefined): void {
    if (node.name && ts.isComputedPropertyName(node.name)) this.visit(node.name, scope)
    const inner = within(functionNames(node), scope)
    if (ts.isAccessor(node) && node.name) this.options.names.accessors.add(node.name.getText())
    const later = isMadeForLater(node) ? 1 : 0
    this.functionDepth += 1
    this.laterDepth += later
    this.loops.outside(() => {
      for (const parameter of node.parameters) this.visit(parameter, inner)
      if (node.body) this.visit(node.body, inner)
    })
    this.laterDepth -= later
    this.functionDepth -= 1
  }

  private variables(list: ts.VariableDeclarationList, scope: Scope | undefined): void {
    const lexical = isLexical(list)
    const shared =
      this.functionDepth === 0 &&
      (lexical
        ? list.parent.parent === this.file && ts.isVariableStatement(list.parent)
        : !resolves(firstName(list), scope))
    if (!shared) {
      this.children(list, scope)
      return
    }
    if (!lexical)
      for (const name of list.declarations.flatMap((each) => boundNames(each.name))) this.loops.use(name, true, true)
    const head = ts.isForInStatement(list.parent) || ts.isForOfStatement(list.parent)
    const first = list.declarations[0]
    if (first) this.edits.remove(list.getStart(), first.getStart())
    for (const each of list.declarations) writeVariable(each, { lexical, head, scope }, this.around)
  }

  private identifier(node: ts.Identifier, scope: Scope | undefined): void {
    if (!isReference(node) || resolves(node.text, scope)) return
    const name = node.text
    const { names, globals } = this.options
    if (!this.declares.has(name)) {
      const known = names.kind(name) !== undefined
      if (!known && (globals.has(name) || name.startsWith(HELPER))) return
      this.mentions.add(name)
    } else this.markDead(name, node)
    const written = isWritten(node)
    if (this.laterDepth === 0 && this.classDepth === 0 && !isGiven(node)) this.reads.add(name)
    if (this.functionDepth > 0 || this.classDepth > 0) this.options.names.capture(name, written)
    this.loops.use(name, written, isAwkward(node))
    const constant = (this.declares.get(name) ?? names.kind(name)) as NameKind | undefined
    const readonly = (constant === 'const' || constant === 'import') && written
    const property = readonly ? `${HELPER}.readonly.${name}` : this.property(name)
    const parent = node.parent
    const copied = this.loops.copyOf(name) !== undefined && !readonly
    if (written && copied && this.loops.isThrough(name)) {
      this.edits.insert(parent.getStart(), `(${this.scope(name)}.${name}=`)
      this.edits.insert(parent.end, ')')
      if (ts.isPostfixUnaryExpression(parent)) {
        // Nobody takes the old value: the new one is what the property gets.
        const operator = parent.operator === ts.SyntaxKind.PlusPlusToken ? '++' : '--'
        this.edits.replace(node.getStart(), parent.end, `${operator}${property}`)
        return
      }
    }
    if (ts.isShorthandPropertyAssignment(parent)) this.edits.replace(node.getStart(), node.end, `${name}:${property}`)
    else if (isCallee(node) && !copied) this.edits.replace(node.getStart(), node.end, `(0,${property})`)
    else if (ts.isTypeOfExpression(parent) && !this.declares.has(name) && !copied)
      this.edits.replace(
        parent.getStart(),
        parent.end,
        `(${HELPER}.has(${this.scope(name)},${JSON.stringify(name)})?typeof ${property}:'undefined')`,
      )
    else this.edits.replace(node.getStart(), node.end, property)
  }

  /** A name that could be read before its declaration has run must throw until then. */
  private markDead(name: string, node: ts.Identifier): void {
    const declared = this.declaredAt.get(name)
    if (declared !== undefined && (node.getStart() < declared || this.hoisted)) this.dead.add(name)
  }

  private scope(name: string): string {
    return `${HELPER}${this.options.names.place(name)}`
  }

  private property(name: string): string {
    return this.loops.copyOf(name) ?? `${this.scope(name)}.${name}`
  }

  private call(helper: string, names: string[]): string {
    if (names.length === 0) return ''
    const list = names.map((name) => `[${this.scope(name)},${JSON.stringify(name)}]`).join(',')
    return `${HELPER}.${helper}([${list}]);`
  }
}
