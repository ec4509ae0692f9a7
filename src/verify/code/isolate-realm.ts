// One isolate with one context, made ready for a program: what a contest program expects of Node is in it.

import { readFileSync } from 'node:fs'
import type IsolatedVm from 'isolated-vm'

/** What a contest program expects of Node, as one expression; each part is a function of what the others share. */
const shim = `(() => {
  const kit = { limit: globalThis.__limit, input: globalThis.__stdin }
  delete globalThis.__limit
  delete globalThis.__stdin
  ${['console', 'timers', 'stdin', 'assert', 'modules', 'bridge'].map((name) => `;(${part(name)})(kit)`).join('\n')}
  return (${part('handle')})(kit)
})()`

function part(name: string): string {
  return readFileSync(new URL(`./shim/${name}.js`, import.meta.url), 'utf8').replace(/^(?:\/\/.*\n)+;?/, '')
}

export interface RealmOptions {
  /** Megabytes. */
  memory: number
  stdin: string
  outputLimit: number
  /** Milliseconds that are left of the wall time. */
  left: () => number
}

/** How a step inside ended: ok, limit, exit, assertion or threw, and with what. */
export type Ending = [how: string, detail?: unknown]

export class Realm {
  private constructor(
    readonly isolate: IsolatedVm.Isolate,
    readonly context: IsolatedVm.Context,
    private readonly steps: IsolatedVm.Reference<Record<string, unknown>>,
    private readonly left: () => number,
  ) {}

  static async make(ivm: typeof IsolatedVm, options: RealmOptions): Promise<Realm> {
    const isolate = new ivm.Isolate({ memoryLimit: Math.max(16, options.memory) })
    try {
      const context = await isolate.createContext()
      await context.global.set('__stdin', options.stdin)
      await context.global.set('__limit', options.outputLimit)
      const handle = (await (
        await isolate.compileScript(shim)
      ).run(context, { reference: true, timeout: options.left() })) as IsolatedVm.Reference<Record<string, unknown>>
      return new Realm(isolate, context, handle, options.left)
    } catch (error) {
      isolate.dispose()
      throw error
    }
  }

  /** Calls one of the closures that handle.js keeps for the judge. */
  async step(name: string, ...args: unknown[]): Promise<unknown> {
    const work = (await this.reference(name)) as IsolatedVm.Reference<(...args: unknown[]) => unknown>
    return work.apply(undefined, args, { timeout: this.left(), result: { copy: true }, arguments: { copy: true } })
  }

  reference(name: string): Promise<IsolatedVm.Reference<unknown>> {
    return this.steps.get(name, { reference: true })
  }

  /** Why a script does not parse; undefined where it does. */
  async unparsed(code: string, filename: string): Promise<unknown> {
    try {
      await this.isolate.compileScript(code, { filename })
      return undefined
    } catch (error) {
      return error
    }
  }

  /** Runs a script at the top level, so that its names are seen by the steps after it. Gives what it threw. */
  async topLevel(code: string, filename: string): Promise<unknown> {
    try {
      const script = await this.isolate.compileScript(code, { filename })
      const value = await script.run(this.context, { timeout: this.left(), reference: true })
      // `main()` at the end of an asynchronous program: what it rejects with would be lost.
      if ((value as IsolatedVm.Reference).typeof === 'object')
        await this.step('watch', (value as IsolatedVm.Reference).derefInto())
      return undefined
    } catch (error) {
      return error ?? new Error('it threw undefined')
    }
  }

  dispose(): void {
    try {
      if (!this.isolate.isDisposed) this.isolate.dispose()
    } catch {
      // It ran out of memory and is gone already.
    }
  }
}
