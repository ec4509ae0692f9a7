// The kernel's side of the thread that converts cells.
import { compiled } from '../runtime/locate.js'
import type { Session } from '../session.js'
import type { ConvertedCell } from './convert.js'
import type { CompiledModule } from './local-module.js'
import type { LanguageProblem } from './problems.js'
import { RequestWorker } from './requests.js'

export type Converted =
  | {
      ok: true
      cell: ConvertedCell
      places: number[]
      /** For names that no cell has declared: the import that has them. */
      imports?: Record<string, string>
    }
  /** `more`: what else is wrong with the cell. */
  | { ok: false; problem: LanguageProblem; more?: LanguageProblem[] }

// A cell's text and trees: less than a megabyte.
const YOUNG = 4

export class Converter {
  private readonly cwd: string
  private worker: RequestWorker

  /** `cwd`: the folder from which cells import. */
  constructor(cwd: string) {
    this.cwd = cwd
    this.worker = this.thread()
  }

  /** The cell as a function, with the scope object of each name that it declares. */
  convert(code: string): Promise<Converted> {
    return this.worker.ask('convert', code)
  }

  compile(file: string, text: string): Promise<CompiledModule> {
    return this.worker.ask('compile', file, text)
  }

  isComplete(code: string): ReturnType<Session['isComplete']> {
    return this.worker.ask('isComplete', code)
  }

  /** Takes back what the last converted cell declared: it does not run. */
  undo(): Promise<void> {
    return this.worker.ask('undo')
  }

  /** Forgets all names. A thread that has ended is replaced here only: another would not know where the names are. */
  async reset(): Promise<void> {
    if (this.worker.failed) this.worker = this.thread()
    else await this.worker.ask('reset')
  }

  close(): Promise<void> {
    return this.worker.close()
  }

  private thread(): RequestWorker {
    return new RequestWorker(compiled('language/convert-worker'), { cwd: this.cwd }, YOUNG)
  }
}
