// Loops over the notebook's variables, as fast as over local ones.
//
// A name of the notebook is a property, which costs a loop up to six times what a local variable does. So
// a loop works on local copies where nothing else can see or change the names meanwhile:
//
//   {let $sky_s=$sky0.s,$sky$c=0;try{for(…){if((++$sky$c&1023)===0){$sky0.s=$sky_s;}…}}finally{$sky0.s=$sky_s;}}
//
// What is written goes back at the end and every 1024 rounds, so that an interrupt finds it. Where the loop
// calls functions, a name that they might read keeps its property, and what is written goes through at once.
import { isWritten } from './declared.js'
import type { NameKind, Names } from './names.js'
import { ts } from './typescript.js'

/** What a loop does, as far as the rewriter's first pass could see. */
export interface LoopFacts {
  /** The notebook's names that it uses itself, not in functions inside of it. */
  used: Map<string, { written: boolean; awkward: boolean }>
  /** It may call code that a cell defined. */
  calls: boolean
  /** It awaits or yields: other code runs meanwhile. */
  suspends: boolean
}

/** A loop that works on copies. */
export interface LoopCopies {
  /** Name → the variable that stands for it. */
  copies: Map<string, string>
  /** The names that are written and go back later; those of `through` go back at once. */
  back: string[]
  through: Set<string>
}

export const COUNTER = '$sky$c'

export type Loop = ts.ForStatement | ts.ForInStatement | ts.ForOfStatement | ts.WhileStatement | ts.DoStatement

function isLoop(node: ts.Node): node is Loop {
  return ts.isIterationStatement(node, false)
}

/** The loop of a statement that may carry labels. */
export function loopOf(node: ts.Node): Loop | undefined {
  let at = node
  while (ts.isLabeledStatement(at)) at = at.statement
  return isLoop(at) ? at : undefined
}

/** Collects the facts of all loops of a cell, while the rewriter walks it the first time. */
export class LoopWatch {
  readonly facts = new Map<number, LoopFacts>()
  private open: LoopFacts[] = []

  enter(loop: Loop): void {
    const facts: LoopFacts = { used: new Map(), calls: false, suspends: false }
    this.facts.set(loop.pos, facts)
    this.open.push(facts)
    if (ts.isForOfStatement(loop)) {
      for (const each of this.open) each.calls = true
      if (loop.awaitModifier) for (const each of this.open) each.suspends = true
    }
  }

  leave(): void {
    this.open.pop()
  }

  /** A function is its own business: its loops are not those around it. */
  inFunction(work: () => void): void {
    const outside = this.open
    this.open = []
    work()
    this.open = outside
  }

  use(name: string, written: boolean, awkward: boolean): void {
    for (const { used } of this.open) {
      const known = used.get(name)
      used.set(name, { written: written || !!known?.written, awkward: awkward || !!known?.awkward })
    }
  }

  node(node: ts.Node, accessors: ReadonlySet<string>): void {
    if (this.open.length === 0) return
    if (ts.isAwaitExpression(node) || ts.isYieldExpression(node)) for (const each of this.open) each.suspends = true
    if (mayCall(node, accessors)) for (const each of this.open) each.calls = true
  }
}

/** True where the write is none of `s = …`, `s += …`, `++s` or a `s++` whose value nobody takes. */
export function isAwkward(node: ts.Identifier): boolean {
  if (!isWritten(node)) return false
  const { parent } = node
  if (ts.isBinaryExpression(parent) || ts.isPrefixUnaryExpression(parent)) return false
  if (!ts.isPostfixUnaryExpression(parent)) return true
  return !(
    ts.isExpressionStatement(parent.parent) ||
    (ts.isForStatement(parent.parent) && parent.parent.incrementor === parent)
  )
}

function mayCall(node: ts.Node, accessors: ReadonlySet<string>): boolean {
  if (ts.isCallExpression(node)) return !isMath(node.expression)
  if (ts.isPropertyAccessExpression(node)) return accessors.has(node.name.text)
  return (
    ts.isNewExpression(node) ||
    ts.isTaggedTemplateExpression(node) ||
    ts.isSpreadElement(node) ||
    ts.isArrayBindingPattern(node) ||
    (ts.isArrayLiteralExpression(node) && isWritten(node))
  )
}

function isMath(callee: ts.Expression): boolean {
  return ts.isPropertyAccessExpression(callee) && callee.expression.getText() === 'Math'
}

/** Which names a loop may work on as copies; undefined where there are none. */
export function planLoop(
  facts: LoopFacts,
  names: Names,
  kindOf: (name: string) => NameKind | undefined,
  inFunction: boolean,
): LoopCopies | undefined {
  if (facts.suspends || (inFunction && facts.calls)) return undefined
  const plan: LoopCopies = { copies: new Map(), back: [], through: new Set() }
  for (const [name, { written, awkward }] of facts.used) {
    const kind = kindOf(name)
    if (kind === undefined || kind === 'import' || (kind === 'const' && written)) continue
    const captured = names.captured(name)
    if (facts.calls && kind !== 'const' && (written ? captured !== undefined || awkward : captured === 'written'))
      continue
    plan.copies.set(name, `$sky_${name}`)
    if (!written) continue
    if (facts.calls) plan.through.add(name)
    else plan.back.push(name)
  }
  return plan.copies.size === 0 ? undefined : plan
}
