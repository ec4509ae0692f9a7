// The magics of a session that are more than code for its runtime: %types, %time, %reset, name?.
import type { CellConverter, CellTypes, EngineName } from './engine.js'
import type { Part, TypesSetting } from './language/magics.js'
import { duration, helpBundle } from './magics.js'
import type { Outcome } from './session.js'
import type { CellOutputs, Shown } from './shown.js'

/** What magics need of their session. */
export interface MagicsHost {
  readonly engine: EngineName
  readonly converter: CellConverter
  readonly typeService: CellTypes
  readonly shown: Shown
  /** Runs a cell of parts, or code without any. */
  runCell(code: string, options: CellOutputs, asked: number): Promise<Outcome>
  execute(code: string, options: CellOutputs, asked: number): Promise<Outcome>
  /** Runs a magic where the cells run. */
  runMagic(name: string, argument: string, options: CellOutputs, asked: number): Promise<Outcome>
  /** How long cells have run so far, in milliseconds. */
  ran(): number
  /** A fresh runtime in place of the one that is there. */
  replaceRuntime(): Promise<void>
}

const TSLAB_TYPES = 'The tslab engine never runs a cell that has a type error: it knows %types block only.'

export class SessionMagics {
  types: TypesSetting
  readonly #host: MagicsHost

  constructor(host: MagicsHost, types: TypesSetting) {
    this.#host = host
    this.types = types
  }

  /** Runs one part of a cell. `asked` is the number of interrupts when the cell came. */
  async run(part: Part, options: CellOutputs, asked: number): Promise<Outcome> {
    const { shown } = this.#host
    if (part.kind === 'code') return this.#host.execute(part.code, options, asked)
    if (part.kind === 'inspect') return this.#inspect(part.name, part.detail, options)
    if (part.kind === 'unknown') return shown.refuse(options, 'UsageError', part.message)
    if (part.kind === 'time') return this.#timed(part.code, options, asked)
    if (part.kind !== 'magic') return this.#host.execute(await this.#timeit(part.code), options, asked)
    const { name, argument } = part
    if (name === '%types') return this.#setTypes(argument, options)
    if (name === '%help') return shown.say(options, { data: helpBundle() })
    if (name === '%reset') return this.#reset(argument, options)
    return this.#host.runMagic(name, argument, options, asked)
  }

  async #timed(code: string, options: CellOutputs, asked: number): Promise<Outcome> {
    const before = this.#host.ran()
    const outcome = await this.#host.runCell(code, options, asked)
    this.#host.shown.print(options, `Wall time: ${duration(this.#host.ran() - before)}`)
    return outcome
  }

  /** The code that measures an expression or statements. */
  async #timeit(code: string): Promise<string> {
    const expression = (await this.#host.converter.isComplete(`(${code}\n)`)).status === 'complete'
    const body = expression ? `(${code}\n)` : `{ ${code}\n }`
    return `await globalThis[Symbol.for('skylab.timeit')](${/\bawait\b/.test(code) ? 'async ' : ''}() => ${body})`
  }

  #setTypes(argument: string, options: CellOutputs): Outcome {
    const { shown, engine } = this.#host
    if (argument === '') return shown.print(options, `%types ${this.types}`)
    if (!/^(?:off|warn|block)$/.test(argument))
      return shown.refuse(options, 'UsageError', `%types takes off, warn or block, not ${JSON.stringify(argument)}.`)
    if (argument !== 'block' && engine === 'tslab') return shown.refuse(options, 'UsageError', TSLAB_TYPES)
    this.types = argument as TypesSetting
    return { status: 'ok' }
  }

  /** A fresh runtime, once that is what is wanted. */
  async #reset(argument: string, options: CellOutputs): Promise<Outcome> {
    const { shown } = this.#host
    const refuse = (message: string) => shown.refuse(options, 'UsageError', message)
    if (argument !== '' && argument !== '-f')
      return refuse(`%reset takes -f or nothing, not ${JSON.stringify(argument)}.`)
    if (argument === '') {
      if (!options.onPrompt) return refuse('%reset forgets all variables, and nobody can be asked here: %reset -f')
      const answer = await options.onPrompt('Forget all variables? [y/N] ', false)
      if (!/^y/i.test(answer.trim())) return { status: 'ok' }
    }
    await this.#host.replaceRuntime()
    return shown.print(options, 'A fresh runtime: all variables are gone.')
  }

  async #inspect(name: string, detail: 0 | 1, options: CellOutputs): Promise<Outcome> {
    const { shown, typeService } = this.#host
    const bundle = await typeService.inspect(name, name.length, detail)
    if (!bundle) return shown.refuse(options, 'NameError', `Nothing is known of ${name}.`)
    return shown.say(options, bundle)
  }
}
