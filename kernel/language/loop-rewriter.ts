// Writes the loops of a cell: on copies of the notebook's names where that makes no difference (loops.ts).
import type { Edits } from './edits.js'
import { COUNTER, type Loop, type LoopCopies, type LoopFacts, LoopWatch, planLoop } from './loops.js'
import type { NameKind, Names } from './names.js'
import type { Scope } from './resolve.js'
import { ts } from './typescript.js'

/** What parts of the rewriting need of the rewriter of the whole cell. */
export interface Surroundings {
  edits: Edits
  /** The scope object of a name. */
  scope(name: string): string
  /** How a name is written where the walk is. */
  property(name: string): string
  visit(node: ts.Node, scope: Scope | undefined): void
}

interface LoopSurroundings extends Surroundings {
  names: Names
  /** The kind of a name that has its value when what begins at `start` runs. */
  kind(name: string, start: number): NameKind | undefined
}

export class LoopRewriter {
  private readonly watch: LoopWatch | undefined
  private readonly plans: ReadonlyMap<number, LoopFacts>
  private readonly around: LoopSurroundings
  private copies: LoopCopies | undefined

  /** Without facts, the walk collects them; with them it writes the loops. */
  constructor(facts: ReadonlyMap<number, LoopFacts> | undefined, around: LoopSurroundings) {
    this.watch = facts ? undefined : new LoopWatch()
    this.plans = facts ?? new Map()
    this.around = around
  }

  /** What the walk has collected. */
  get facts(): ReadonlyMap<number, LoopFacts> {
    return this.watch!.facts
  }

  look(node: ts.Node): void {
    this.watch?.node(node, this.around.names.accessors)
  }

  use(name: string, written: boolean, awkward: boolean): void {
    this.watch?.use(name, written, awkward)
  }

  /** The variable that stands for a name in the loop where the walk is. */
  copyOf(name: string): string | undefined {
    return this.copies?.copies.get(name)
  }

  /** True where what is written to the copy goes to the notebook's name at once. */
  isThrough(name: string): boolean {
    return this.copies?.through.has(name) === true
  }

  /** Walks a function or class: what stands there is no part of the loops around it. */
  outside(work: () => void): void {
    const outer = this.copies
    this.copies = undefined
    if (this.watch) this.watch.inFunction(work)
    else work()
    this.copies = outer
  }

  /** Writes a loop; `node` is the loop with its labels, `scope` the one inside of it. */
  loop(node: ts.Node, loop: Loop, scope: Scope | undefined, inFunction: boolean, before: () => void): void {
    const { edits, names, property, kind, visit } = this.around
    this.watch?.enter(loop)
    const outer = this.copies
    const facts = outer ? undefined : this.plans.get(loop.pos)
    const plan = facts && planLoop(facts, names, (name) => kind(name, loop.getStart()), inFunction)
    if (plan) {
      const variables = [...plan.copies].map(([name, copy]) => `${copy}=${property(name)}`)
      if (plan.back.length > 0) variables.push(`${COUNTER}=0`)
      edits.insert(node.getStart(), `{let ${variables.join(',')};${plan.back.length > 0 ? 'try{' : ''}`)
      this.copies = plan
    }
    before()
    ts.forEachChild(loop, (child) => {
      if (child === loop.statement) this.body(loop, plan !== undefined, scope)
      else visit(child, scope)
    })
    this.copies = outer
    this.watch?.leave()
    if (!plan) return
    const back = this.writeBack(plan)
    edits.insert(node.end, back ? `}finally{${back}}}` : '}')
  }

  private body(loop: Loop, outermost: boolean, scope: Scope | undefined): void {
    const { edits, visit } = this.around
    const { statement } = loop
    // An inner loop that counts to its end is left alone: the one around it writes back often enough.
    const counted = !outermost && ts.isForStatement(loop) && loop.condition !== undefined
    const back = this.copies && !counted ? this.writeBack(this.copies) : ''
    if (back) {
      const block = ts.isBlock(statement)
      const at = block ? statement.getStart() + 1 : statement.getStart()
      edits.insert(at, `${block ? '' : '{'}if((++${COUNTER}&1023)===0){${back}}`)
    }
    visit(statement, scope)
    if (back && !ts.isBlock(statement)) edits.insert(statement.end, '}')
  }

  private writeBack({ copies, back }: LoopCopies): string {
    return back.map((name) => `${this.around.scope(name)}.${name}=${copies.get(name)};`).join('')
  }
}
