// A session for tests: runs cells and keeps what they showed.
import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import type { EngineName } from '../../kernel/engine.js'
import type { Outcome, Output, RunOptions, Session } from '../../kernel/session.js'
import { startSession } from '../../kernel/start.js'

export interface Shown extends Outcome {
  outputs: Output[]
  /** The text of the result, '' where there is none. */
  value: string
  stdout: string
  stderr: string
  /** The error's traceback without colours, '' where there is none. */
  trace: string
}

export class Cells {
  readonly session: Session
  readonly folder: string
  private count = 0

  private constructor(session: Session, folder: string) {
    this.session = session
    this.folder = folder
  }

  static async start(env: NodeJS.ProcessEnv = {}, engine?: EngineName): Promise<Cells> {
    const folder = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'skylab-')))
    const session = await startSession({
      cwd: folder,
      env: { ...process.env, SKYLAB_TYPES: 'off', ...env },
      ...(engine ? { engine } : {}),
    })
    return new Cells(session, folder)
  }

  /** Runs a cell; the parts of what it gives are read when they are asked for, so that late output counts. */
  async run(code: string, options: Partial<RunOptions> = {}): Promise<Shown> {
    const outputs: Output[] = []
    const outcome = await this.session.run(code, {
      count: ++this.count,
      onOutput: (each) => outputs.push(each),
      ...options,
    })
    const stream = (name: string) =>
      stripVTControlCharacters(
        outputs.map((each) => (each.kind === 'stream' && each.name === name ? each.text : '')).join(''),
      )
    return {
      ...outcome,
      outputs,
      get value() {
        const result = outputs.find((each) => each.kind === 'result')
        return result ? String(result.bundle.data['text/plain']) : ''
      },
      get stdout() {
        return stream('stdout')
      },
      get stderr() {
        return stream('stderr')
      },
      get trace() {
        return stripVTControlCharacters((outcome.error?.traceback ?? []).join('\n'))
      },
    }
  }

  /** Runs cells one after the other and gives the last one's value. */
  async value(...codes: string[]): Promise<string> {
    let value = ''
    for (const code of codes) {
      const shown = await this.run(code)
      if (shown.status === 'error') throw new Error(`${code}\n${shown.trace}`)
      value = shown.value
    }
    return value
  }

  /** A fresh runtime, and counting from 1 again. */
  async restart(): Promise<void> {
    await this.session.restart()
    this.count = 0
  }

  async close(): Promise<void> {
    await this.session.close()
    rmSync(this.folder, { recursive: true, force: true })
  }
}

export const pause = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds))

/** Waits until something holds; fails after some seconds. */
export async function until(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (let tries = 0; tries < 500; tries++) {
    if (await holds()) return
    await pause(20)
  }
  throw new Error(`It did not come to be: ${what}`)
}
