// The kernel's side of the thread that knows the types.
import { compiled } from '../runtime/locate.js'
import type { Bundle } from '../session.js'
import type { TypedCompletion } from './live-query.js'
import { modulePaths } from './module-paths.js'
import type { LanguageProblem } from './problems.js'
import { RequestWorker } from './requests.js'

/** Types, completion and inspection over all live cells. The thread starts a moment after the kernel. */
export class TypeService {
  private readonly cwd: string
  private worker: RequestWorker | undefined
  private readonly start: NodeJS.Timeout
  private closed = false
  /** False while the libraries are still being loaded: then an answer is seconds away. */
  ready = false

  constructor(cwd: string, warm: boolean) {
    this.cwd = cwd
    // The first cell needs the other threads first; two cores are all that one may count on.
    this.start = setTimeout(() => warm && this.thread(), 200)
    this.start.unref()
  }

  /** Adds a cell; gives its type errors where `check` is set. An internal failure is no type error. */
  async add(id: number, code: string, check: boolean): Promise<LanguageProblem[]> {
    try {
      return await this.thread().ask<LanguageProblem[]>('add', id, code, check)
    } catch {
      return []
    }
  }

  /** Adds a cell that is a module; gives its errors where `check` is set. */
  async addModule(name: string, code: string, check: boolean): Promise<LanguageProblem[]> {
    try {
      return await this.thread().ask<LanguageProblem[]>('addModule', name, code, check)
    } catch {
      return []
    }
  }

  /** Takes back what the cell declared, which was added last: it does not run. */
  undo(id: number): Promise<void> {
    return this.thread().ask('undo', id)
  }

  complete(code: string, at: number): Promise<TypedCompletion> {
    const paths = modulePaths(code, at, this.cwd)
    if (paths) return Promise.resolve(paths)
    return this.thread().ask('complete', code, at)
  }

  inspect(code: string, at: number, detail: 0 | 1): Promise<Bundle | undefined> {
    return this.thread().ask('inspect', code, at, detail)
  }

  /** Forgets all cells. */
  async reset(): Promise<void> {
    await this.worker?.ask('reset')
  }

  async close(): Promise<void> {
    this.closed = true
    clearTimeout(this.start)
    await this.worker?.close()
  }

  private thread(): RequestWorker {
    if (this.closed) throw new Error('The session has been closed.')
    // A thread that ran out of memory is replaced; it knows the cells from here on.
    if (!this.worker || this.worker.failed) {
      this.ready = false
      this.worker = new RequestWorker(compiled('language/type-worker'), { cwd: this.cwd })
      this.worker.ask('warm').then(
        () => {
          this.ready = true
        },
        () => {},
      )
    }
    return this.worker
  }
}
