// JavaScript of a cell → the same with its top-level names as properties of the notebook's scope.
//
// Every top-level name is a property everywhere, also inside the functions of the cell that declares
// it: one binding, so a closure sees the current value, whichever cell changed it.

import { boundNames, isLexical, isWritten, lexicalNames, takesName, varNames } from './declared.js'
import { Edits, type PlacedEdit } from './edits.js'
import { type Flow, givenNames, isGiven, isMadeForLater } from './flows.js'
import { COUNTER, isAwkward, type Loop, type LoopCopies, type LoopFacts, LoopWatch, loopOf, planLoop } from './loops.js'
import type { NameKind, Names } from './names.js'
import {
  classStart,
  firstName,
  importedNames,
  innerScope,
  isCallee,
  isReference,
  lastExpression,
  resolves,
  type Scope,
  within,
} from './resolve.js'
import { ts } from './typescript.js'

/** The names that our code uses inside a cell; what is before a digit is a scope object. */
export const HELPER = '$sky'

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

/** A cell that JavaScript refuses for a reason that the TypeScript parser does not report. */
export class Refused extends Error {
  readonly line: number
  readonly column: number

  constructor(message: string, node: ts.Node) {
    super(message)
    const place = node.getSourceFile().getLineAndCharacterOfPosition(node.getStart())
    this.line = place.line + 1
    this.column = place.character + 1
  }
}

export interface RewriteOptions {
  names: Names
  globals: ReadonlySet<string>
  /** Enums and namespaces: each cell's own, not merged with those of an earlier run. */
  fresh: ReadonlySet<string>
  /** The cell ends in an expression, whose value is the result. */
  result: boolean
}

/** Rewrites an emitted module; declares its names in `options.names`. Throws Refused. */
export function rewrite(text: string, options: RewriteOptions): Rewritten {
  // The first walk only looks: what functions do with a name, also those below, decides what a loop may do.
  const look = new Rewriter(text, options).look()
  return new Rewriter(text, options, look).run()
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
  private readonly watch: LoopWatch | undefined
  private readonly loops: ReadonlyMap<number, LoopFacts>
  private copies: LoopCopies | undefined

  constructor(text: string, options: RewriteOptions, loops?: ReadonlyMap<number, LoopFacts>) {
    this.options = options
    this.watch = loops ? undefined : new LoopWatch()
    this.loops = loops ?? new Map()
    this.file = ts.createSourceFile('cell.mjs', text, ts.ScriptTarget.ESNext, true, ts.ScriptKind.JS)
    this.edits = new Edits(text)
  }

  /** Walks the cell and gives what its loops do. */
  look(): ReadonlyMap<number, LoopFacts> {
    this.collect()
    for (const statement of this.file.statements) this.topLevel(statement)
    return this.watch!.facts
  }

  run(): Rewritten {
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
    const lexical = new Map<string, NameKind>()
    const functions: string[] = []
    for (const statement of this.file.statements) {
      for (const [name, kind] of lexicalNames([statement])) {
        if (lexical.has(name) && !(kind === 'function' && lexical.get(name) === 'function'))
          throw new Refused(`Identifier '${name}' has already been declared`, statement)
        lexical.set(name, kind)
        if (kind === 'function') functions.push(name)
        else this.declaredAt.set(name, statement.end)
      }
      if (ts.isImportDeclaration(statement))
        for (const [local] of importedNames(statement)) lexical.set(local, 'import')
    }
    for (const name of varNames(this.file)) this.declares.set(name, 'var')
    for (const [name, kind] of lexical) {
      if (this.declares.has(name) && kind !== 'function')
        throw new Refused(`Identifier '${name}' has already been declared`, this.file)
      this.declares.set(name, kind)
    }
    return [...new Set(functions)]
  }

  private flow(statement: ts.Statement): void {
    this.reads = new Set()
    this.topLevel(statement)
    const names = givenNames(statement, this.declares)
    if (names.length > 0 || this.reads.size > 0) this.flows.push({ names, reads: [...this.reads] })
  }

  private topLevel(statement: ts.Statement): void {
    if (ts.isImportDeclaration(statement)) {
      this.imports.push(this.importCall(statement))
      this.edits.remove(statement.getStart(), statement.end)
    } else if (ts.isExportDeclaration(statement)) {
      if (statement.moduleSpecifier)
        this.imports.push(`await ${HELPER}.import(${statement.moduleSpecifier.getText()},[]);`)
      this.edits.remove(statement.getStart(), statement.end)
    } else if (ts.isExportAssignment(statement)) {
      this.edits.remove(statement.getStart(), statement.expression.getStart())
      this.visit(statement.expression, undefined)
    } else if (ts.isFunctionDeclaration(statement)) {
      this.dropExport(statement)
      this.hoisted = true
      this.visit(statement, undefined)
      this.hoisted = false
    } else if (ts.isClassDeclaration(statement)) {
      this.dropExport(statement)
      const name = statement.name?.text
      if (name) this.edits.insert(classStart(statement), `${HELPER}.let(${this.scope(name)},${JSON.stringify(name)},`)
      this.visit(statement, undefined)
      if (name) this.edits.insert(statement.end, ');')
    } else if (ts.isVariableStatement(statement)) {
      this.dropExport(statement)
      this.visit(statement.declarationList, undefined)
    } else this.visit(statement, undefined)
  }

  private dropExport(statement: ts.FunctionDeclaration | ts.ClassDeclaration | ts.VariableStatement): void {
    for (const modifier of statement.modifiers ?? [])
      if (modifier.kind === ts.SyntaxKind.ExportKeyword || modifier.kind === ts.SyntaxKind.DefaultKeyword)
        this.edits.remove(modifier.getStart(), modifier.end)
  }

  private importCall(statement: ts.ImportDeclaration): string {
    const wanted = importedNames(statement).map(
      ([local, imported]) => `[${this.scope(local)},${JSON.stringify(local)},${JSON.stringify(imported)}]`,
    )
    return `await ${HELPER}.import(${statement.moduleSpecifier.getText()},[${wanted.join(',')}]);`
  }

  private markResult(): void {
    if (!this.options.result) return
    const last = lastExpression(this.file.statements)
    if (!last) return
    this.edits.insert(last.getStart(), 'return [')
    this.edits.insert(last.expression.end, ']')
  }

  private visit(node: ts.Node, scope: Scope | undefined): void {
    this.watch?.node(node, this.options.names.accessors)
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
    const outer = this.copies
    this.copies = undefined
    this.classDepth += 1
    this.inFunction(() => this.children(node, innerScope(node, scope)))
    this.classDepth -= 1
    this.copies = outer
  }

  /** A loop, with its labels: on copies of the notebook's names where that makes no difference. */
  private loop(node: ts.Node, loop: Loop, scope: Scope | undefined): void {
    this.watch?.enter(loop)
    const outer = this.copies
    const facts = outer ? undefined : this.loops.get(loop.pos)
    const kindOf = (name: string) => this.settledKind(name, loop)
    const plan = facts && planLoop(facts, this.options.names, kindOf, this.functionDepth > 0)
    if (plan) {
      const names = [...plan.copies].map(([name, copy]) => `${copy}=${this.property(name)}`)
      if (plan.back.length > 0) names.push(`${COUNTER}=0`)
      this.edits.insert(node.getStart(), `{let ${names.join(',')};${plan.back.length > 0 ? 'try{' : ''}`)
      this.copies = plan
    }
    if (this.functionDepth === 0) this.topLevelOnly(loop)
    this.stoppable(loop)
    const inner = innerScope(loop, scope)
    ts.forEachChild(loop, (child) => {
      if (child === loop.statement) this.body(loop, plan !== undefined, inner)
      else this.visit(child, inner)
    })
    this.copies = outer
    this.watch?.leave()
    if (!plan) return
    const back = this.writeBack(plan)
    this.edits.insert(node.end, back ? `}finally{${back}}}` : '}')
  }

  private body(loop: Loop, outermost: boolean, scope: Scope | undefined): void {
    const { statement } = loop
    // An inner loop that counts to its end is left alone: the one around it writes back often enough.
    const counted = !outermost && ts.isForStatement(loop) && loop.condition !== undefined
    const back = this.copies && !counted ? this.writeBack(this.copies) : ''
    if (back) {
      const block = ts.isBlock(statement)
      const at = block ? statement.getStart() + 1 : statement.getStart()
      this.edits.insert(at, `${block ? '' : '{'}if((++${COUNTER}&1023)===0){${back}}`)
    }
    this.visit(statement, scope)
    if (back && !ts.isBlock(statement)) this.edits.insert(statement.end, '}')
  }

  private writeBack({ copies, back }: LoopCopies): string {
    return back.map((name) => `${this.scope(name)}.${name}=${copies.get(name)};`).join('')
  }

  /** The kind of a name that has its value when the loop begins. */
  private settledKind(name: string, loop: Loop): NameKind | undefined {
    const own = this.declares.get(name)
    if (own === undefined) return this.options.names.kind(name)
    const at = this.declaredAt.get(name)
    return at === undefined || this.functionDepth > 0 || at <= loop.getStart() ? own : undefined
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
    const outer = this.copies
    this.copies = undefined
    this.functionDepth += 1
    this.inFunction(() => this.children(node, within(varNames(node), scope)))
    this.functionDepth -= 1
    this.copies = outer
  }

  private inFunction(work: () => void): void {
    if (this.watch) this.watch.inFunction(work)
    else work()
  }

  private children(node: ts.Node, scope: Scope | undefined): void {
    ts.forEachChild(node, (child) => this.visit(child, scope))
  }

  private functionLike(node: ts.FunctionLikeDeclaration, scope: Scope | undefined): void {
    if (node.name && ts.isComputedPropertyName(node.name)) this.visit(node.name, scope)
    const names = new Set<string>()
    if (ts.isFunctionExpression(node) && node.name) names.add(node.name.text)
    if (!ts.isArrowFunction(node)) names.add('arguments')
    for (const parameter of node.parameters) for (const name of boundNames(parameter.name)) names.add(name)
    if (node.body) {
      for (const name of varNames(node.body)) names.add(name)
      if (ts.isBlock(node.body)) for (const name of lexicalNames(node.body.statements).keys()) names.add(name)
    }
    const inner = within(names, scope)
    if (ts.isAccessor(node) && node.name) this.options.names.accessors.add(node.name.getText())
    const outer = this.copies
    const later = isMadeForLater(node) ? 1 : 0
    this.copies = undefined
    this.functionDepth += 1
    this.laterDepth += later
    this.inFunction(() => {
      for (const parameter of node.parameters) this.visit(parameter, inner)
      if (node.body) this.visit(node.body, inner)
    })
    this.laterDepth -= later
    this.functionDepth -= 1
    this.copies = outer
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
      for (const name of list.declarations.flatMap((each) => boundNames(each.name))) this.watch?.use(name, true, true)
    const head = ts.isForInStatement(list.parent) || ts.isForOfStatement(list.parent)
    const first = list.declarations[0]
    if (first) this.edits.remove(list.getStart(), first.getStart())
    for (const declaration of list.declarations) this.variable(declaration, lexical, head, scope)
  }

  private variable(
    declaration: ts.VariableDeclaration,
    lexical: boolean,
    head: boolean,
    scope: Scope | undefined,
  ): void {
    const { name, initializer } = declaration
    if (!ts.isIdentifier(name)) {
      if (!head) this.edits.insert(name.getStart(), '(')
      this.pattern(name, scope)
      if (!initializer) return
      if (lexical) {
        const names = boundNames(name)
        const open = names.map((each) => `[${this.scope(each)},${JSON.stringify(each)}]`).join(',')
        this.edits.insert(initializer.getStart(), `${HELPER}.open([${open}],`)
      }
      this.visit(initializer, scope)
      this.edits.insert(initializer.end, lexical ? '))' : ')')
      return
    }
    const key = JSON.stringify(name.text)
    const open = lexical ? `${HELPER}.let(${this.scope(name.text)},${key},` : this.property(name.text)
    const close = lexical ? ')' : ''
    if (head) {
      this.edits.replace(name.getStart(), name.end, this.property(name.text))
      return
    }
    if (!initializer) {
      this.edits.replace(name.getStart(), name.end, lexical ? `${open}void 0)` : 'void 0')
      return
    }
    const named = takesName(initializer)
    this.edits.replace(
      name.getStart(),
      initializer.getStart(),
      `${open}${lexical ? '' : '='}${named ? `{${key}:` : ''}`,
    )
    this.visit(initializer, scope)
    this.edits.insert(initializer.end, `${named ? `}[${key}]` : ''}${close}`)
  }

  /** A declared pattern becomes an assignment pattern: {a, b: [c]} → {a: $.a, b: [$.c]}. */
  private pattern(pattern: ts.BindingPattern, scope: Scope | undefined): void {
    for (const element of pattern.elements) {
      if (!ts.isBindingElement(element)) continue
      if (element.propertyName && ts.isComputedPropertyName(element.propertyName))
        this.visit(element.propertyName, scope)
      if (ts.isIdentifier(element.name)) {
        const short = ts.isObjectBindingPattern(pattern) && !element.propertyName && !element.dotDotDotToken
        const property = this.property(element.name.text)
        this.edits.replace(
          element.name.getStart(),
          element.name.end,
          short ? `${element.name.text}:${property}` : property,
        )
      } else this.pattern(element.name, scope)
      if (element.initializer) this.visit(element.initializer, scope)
    }
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
    this.watch?.use(name, written, isAwkward(node))
    const constant = (this.declares.get(name) ?? names.kind(name)) as NameKind | undefined
    const readonly = (constant === 'const' || constant === 'import') && written
    const property = readonly ? `${HELPER}.readonly.${name}` : this.property(name)
    const parent = node.parent
    const copied = this.copies?.copies.has(name) === true && !readonly
    if (written && copied && this.copies!.through.has(name)) {
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
    const copy = this.copies?.copies.get(name)
    if (copy !== undefined) return copy
    return `${this.scope(name)}.${name}`
  }

  private call(helper: string, names: string[]): string {
    if (names.length === 0) return ''
    const list = names.map((name) => `[${this.scope(name)},${JSON.stringify(name)}]`).join(',')
    return `${HELPER}.${helper}([${list}]);`
  }
}
