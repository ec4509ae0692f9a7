// A real terminal for a test: keys go in, and what is asked for is the screen as a person sees it.
import { spawnSync } from 'node:child_process'
import { until } from '../tools.js'

/** Whether there is a tmux here. */
export const tmuxHere = spawnSync('tmux', ['-V']).status === 0

let count = 0

export class Tmux {
  readonly #socket = `skylab-test-${process.pid}-${++count}`

  /** Starts a command line in a terminal of that size. */
  constructor(commandLine: string, { columns = 70, rows = 16, env = {} as Record<string, string> } = {}) {
    const set = Object.entries(env).flatMap(([name, value]) => ['-e', `${name}=${value}`])
    this.#tmux('-f', '/dev/null', 'new-session', '-d', '-x', String(columns), '-y', String(rows), ...set, commandLine)
  }

  /** Types keys by tmux's names (`Enter`, `C-c`, `Up`); anything else is text. */
  keys(...keys: string[]): void {
    this.#tmux('send-keys', ...keys)
  }

  /** Pastes as a terminal does: marked as pasted where the program asks for that. */
  paste(text: string): void {
    spawnSync('tmux', ['-L', this.#socket, 'load-buffer', '-'], { input: text })
    this.#tmux('paste-buffer', '-p')
  }

  resize(columns: number, rows: number): void {
    this.#tmux('resize-window', '-x', String(columns), '-y', String(rows))
  }

  /** The rows of the screen; with `colours` as they are written. */
  screen(colours = false): string {
    return this.#tmux('capture-pane', '-p', ...(colours ? ['-e'] : [])).trimEnd()
  }

  /** Waits for something on the screen, and gives it. Fails with what is there instead. */
  async see(expected: string | RegExp): Promise<string> {
    const there = () => {
      const screen = this.screen()
      return typeof expected === 'string' ? screen.includes(expected) : expected.test(screen)
    }
    await until(there, 30).catch(() => {
      throw new Error(`${expected} is not to be seen:\n${this.screen()}`)
    })
    return this.screen()
  }

  /** Ends the terminal with what runs in it. */
  end(): void {
    spawnSync('tmux', ['-L', this.#socket, 'kill-server'])
  }

  #tmux(...args: string[]): string {
    const { stdout, stderr, status } = spawnSync('tmux', ['-L', this.#socket, ...args], {
      encoding: 'utf8',
      env: { ...process.env, TMUX: '', LC_ALL: 'C.UTF-8' },
    })
    if (status !== 0) throw new Error(`tmux ${args[0]}: ${stderr}`)
    return stdout
  }
}
