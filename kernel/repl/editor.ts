// Editing on a terminal: several lines, coloured, with history, search and completion.
import type { ReadStream, WriteStream } from 'node:tty'
import type { Completion } from '../session.js'
import type { Palette } from './colour.js'
import {
  commonStart,
  type Edit,
  edited,
  indentation,
  inserted,
  isCut,
  keyName,
  movedLine,
  removed,
  typedIn,
} from './editing.js'
import { KeyQueue } from './key-queue.js'
import { Keyboard } from './keyboard.js'
import type { Key } from './keys.js'
import { Menu } from './menu.js'
import { Painter } from './painter.js'
import { Recall } from './recall.js'
import { Search } from './search.js'
import { Undo } from './undo.js'
import { drawn, ghostText, left, type ReadOptions, type View } from './view.js'

export interface EditorOptions {
  input: ReadStream
  output: WriteStream
  colours: Palette
  complete(text: string, at: number): Promise<Completion>
  isComplete(text: string): Promise<{ status: string; indent?: string }>
  /** One line on what stands at the offset, for the list of completions. */
  describe(text: string, at: number): Promise<string | undefined>
}

/** What was entered; undefined where the person leaves. */
export type Entered = string | undefined

interface Reading {
  options: ReadOptions
  done(text: Entered): void
}

export class Editor {
  readonly #options: EditorOptions
  readonly #keyboard: Keyboard
  readonly #painter: Painter
  readonly #keys: KeyQueue
  #edit: Edit = { text: '', at: 0 }
  #reading: Reading | undefined
  #recall = new Recall([])
  #undo = new Undo()
  #search: Search | undefined
  #menu: Menu | undefined
  #detail: string | undefined
  #hint: string | undefined
  #cut = ''
  #leaving = false
  /** Called on Ctrl-C while nothing is being read, and at a question. */
  onInterrupt: () => void = () => undefined

  constructor(options: EditorOptions) {
    this.#options = options
    const { input, output } = options
    this.#painter = new Painter(output)
    this.#keyboard = new Keyboard(input, output, {
      keys: (keys) => this.#feed(keys),
      resumed: () => {
        this.#painter.erase()
        this.#draw()
      },
      ended: () => this.#done(undefined),
    })
    this.#keys = new KeyQueue({
      reading: () => this.#reading !== undefined,
      press: (key) => this.#press(key),
      idle: () => this.#draw(),
    })
    output.on('resize', () => {
      this.#painter.resized()
      this.#draw()
    })
  }

  /** Reads one input. */
  read(options: ReadOptions): Promise<Entered> {
    this.#edit = { text: '', at: 0 }
    this.#recall = new Recall(options.history ?? [])
    this.#undo = new Undo()
    return new Promise((resolve) => {
      // A prompt of several lines: only the last one is edited behind.
      const lines = options.prompt.split('\n')
      for (const line of lines.slice(0, -1)) this.#options.output.write(`${line}\r\n`)
      this.#reading = { options: { ...options, prompt: lines.at(-1)! }, done: resolve }
      this.#draw()
      void this.#keys.pump()
    })
  }

  /** Ends a read that nobody waits for any more. */
  abandon(): void {
    if (this.#reading?.options.plain) this.#done(undefined)
  }

  /** Lets something be printed above what is being typed. */
  aside(print: () => void): void {
    this.#painter.erase()
    print()
    this.#draw()
  }

  /** What the key does, as if it had been typed. */
  press(key: Key): void {
    this.#feed([key])
  }

  /** Gives the terminal back. */
  close(): void {
    this.#painter.erase()
    this.#keyboard.close()
  }

  #feed(keys: Key[]): void {
    for (const key of keys) {
      const name = keyName(key)
      if (name === 'ctrl-z' && process.platform !== 'win32') {
        this.#painter.erase()
        this.#keyboard.suspend()
      } else if (name === 'ctrl-c' && this.#keys.giveUp()) continue
      else if (name === 'ctrl-c' && !this.#reading) {
        this.#keys.clear()
        this.onInterrupt()
      } else this.#keys.push(key)
    }
    void this.#keys.pump()
  }

  async #press(key: Key): Promise<void> {
    const leaving = this.#leaving
    this.#leaving = false
    this.#hint = undefined
    const name = keyName(key)
    const { plain } = this.#reading!.options
    if (this.#search && this.#searched(key, name)) return
    if (this.#menu && this.#chose(key, name)) return
    if (name === 'ctrl-c') this.#cancel(leaving)
    else if (name === 'ctrl-d' && this.#edit.text === '') this.#done(undefined)
    else if (name === 'ctrl-l') this.#painter.clearScreen()
    else if (key.name === 'return' || key.name === 'enter') await this.#enter(key)
    else if (name === 'ctrl-r' && !plain) this.#search = new Search(this.#reading!.options.history ?? [])
    else if (name === 'up' || name === 'ctrl-p') this.#vertical(-1)
    else if (name === 'down' || name === 'ctrl-n') this.#vertical(1)
    else if (name === 'tab') await this.#complete()
    else if (name === 'ctrl-_') this.#edit = this.#undo.back(this.#edit)
    else if (name === 'meta-_') this.#edit = this.#undo.forward(this.#edit)
    else if (name === 'ctrl-y') this.#set(inserted(this.#edit, this.#cut))
    else if (this.#acceptGhost(name)) return
    else if (key.name === 'paste') this.#set(inserted(this.#edit, plain ? key.text!.split('\n')[0]! : key.text!))
    else if (key.name === 'text') this.#set(typedIn(this.#edit, key.text!), true)
    else {
      const next = edited(this.#edit, key)
      if (next && isCut(key)) this.#cut = removed(this.#edit, next)
      if (next) this.#set(next)
    }
  }

  #cancel(leaving: boolean): void {
    if (this.#reading!.options.plain) {
      // The cell that asked ends: nobody waits for the answer any more.
      this.#finish()
      this.#reading = undefined
      this.onInterrupt()
      return
    }
    if (this.#edit.text === '') {
      if (leaving) {
        this.#done(undefined)
        return
      }
      this.#hint = 'Ctrl-C again, or Ctrl-D, leaves'
      this.#leaving = true
      return
    }
    this.#finish()
    this.#recall = new Recall(this.#reading!.options.history ?? [])
    this.#edit = { text: '', at: 0 }
  }

  async #enter(key: Key): Promise<void> {
    const { text, at } = this.#edit
    const newLine = (indent: string) => this.#set(inserted(this.#edit, `\n${key.more ? '' : indent}`))
    if (this.#reading!.options.plain) this.#done(text)
    else if (key.meta || key.shift || key.ctrl) this.#set(inserted(this.#edit, '\n'))
    else if (text.trim() === '') this.#done('')
    // In the middle of a text of several lines, Enter makes a line; at its end, it may run.
    else if (!/^\s*$/.test(text.slice(at)) && text.includes('\n')) newLine(indentation(text, at))
    // Two empty lines run it as it is: the error then says what is missing.
    else if (/\n[ \t]*\n[ \t]*$/.test(text)) this.#done(text.trimEnd())
    else {
      this.#draw()
      const complete = await this.#keys.answer(this.#options.isComplete(text))
      if (!complete) return
      this.#edit = { text, at: text.length }
      if (complete.status === 'incomplete') newLine(complete.indent ?? indentation(text, text.length))
      else this.#done(text.trimEnd())
    }
  }

  #vertical(step: -1 | 1): void {
    const next = movedLine(this.#edit, step) ?? this.#recall.step(this.#edit, step)
    if (next) this.#edit = next
  }

  async #complete(): Promise<void> {
    const { text, at } = this.#edit
    if (this.#reading!.options.plain) return
    if (/(^|\n)[ \t]*$/.test(text.slice(0, at))) {
      this.#set(inserted(this.#edit, '  '))
      return
    }
    this.#draw()
    const found = await this.#keys.answer(this.#options.complete(text, at))
    if (!found || found.items.length === 0) return
    const typed = text.slice(found.from, at)
    const names = found.items.map((item) => item.text)
    const shared = names.length === 1 ? names[0]! : commonStart(names)
    const start = shared.startsWith(typed) || names.length === 1 ? shared : typed
    this.#set({ text: text.slice(0, found.from) + start + text.slice(found.to), at: found.from + start.length })
    if (names.length > 1) this.#open(new Menu({ ...found, to: found.from + start.length }, this.#edit))
  }

  #open(menu: Menu | undefined): void {
    this.#menu = menu
    this.#detail = undefined
  }

  /** A key while the list is open; false where it closes the list and does what it does else. */
  #chose(key: Key, name: string): boolean {
    const menu = this.#menu!
    const step = /^(?:tab|down|ctrl-n)$/.test(name) ? 1 : /^(?:shift-tab|up|ctrl-p)$/.test(name) ? -1 : undefined
    if (step) {
      this.#edit = menu.step(step)
      this.#tell(menu, menu.chosen!)
      return true
    }
    const { chosen } = menu
    if (chosen === undefined && (key.name === 'text' || name === 'backspace')) {
      this.#set(key.text === undefined ? edited(this.#edit, key)! : typedIn(this.#edit, key.text), true)
      this.#open(menu.narrowed(this.#edit))
      return true
    }
    this.#open(undefined)
    if (/^(?:escape|ctrl-g|ctrl-c)$/.test(name)) {
      this.#edit = menu.original
      return true
    }
    return chosen !== undefined && name === 'return'
  }

  /** Shows what is known of the chosen item as soon as it is. */
  #tell(menu: Menu, item: string): void {
    this.#detail = undefined
    const { text, at } = menu.applied(item)
    this.#options.describe(text, at).then(
      (detail) => {
        if (this.#menu !== menu || menu.chosen !== item) return
        this.#detail = detail
        this.#draw()
      },
      () => undefined,
    )
  }

  /** A key while the history is searched; false where it ends the search and does what it does else. */
  #searched(key: Key, name: string): boolean {
    const search = this.#search!
    if (key.name === 'text') search.ask(search.query + key.text!)
    else if (name === 'backspace') search.ask([...search.query].slice(0, -1).join(''))
    else if (name === 'ctrl-r' || name === 'up') search.step(1)
    else if (name === 'ctrl-s' || name === 'down') search.step(-1)
    else {
      this.#search = undefined
      if (/^(?:escape|ctrl-g|ctrl-c)$/.test(name)) return true
      const { found } = search
      if (found) this.#set({ text: found.text, at: name === 'return' ? found.text.length : found.to })
      if (name === 'return' && found) this.#done(found.text)
      return name === 'return' || name === 'tab'
    }
    return true
  }

  /** Takes what stands in grey behind the text. */
  #acceptGhost(name: string): boolean {
    const ghost = ghostText(this.#view())
    if (!ghost || !/^(?:right|ctrl-f|end|ctrl-e|ctrl-right|meta-f)$/.test(name)) return false
    const word = /^(?:ctrl-right|meta-f)$/.test(name)
    this.#set(inserted(this.#edit, word ? /^\W*\w*/.exec(ghost)![0] || ghost : ghost))
    return true
  }

  #set(edit: Edit, typing = false): void {
    this.#undo.keep(this.#edit, typing)
    this.#edit = edit
  }

  #done(text: Entered): void {
    const reading = this.#reading
    if (!reading) return
    if (text !== undefined) this.#edit = { text: reading.options.plain ? text : text || this.#edit.text, at: 0 }
    this.#finish()
    this.#reading = undefined
    reading.done(text)
  }

  /** The text stays on the screen as it is, without what only helps to write it. */
  #finish(): void {
    this.#open(undefined)
    this.#search = undefined
    this.#hint = undefined
    this.#painter.finish(left(this.#view(), this.#painter.width))
  }

  #draw(): void {
    if (this.#reading) this.#painter.draw(drawn(this.#view(), this.#painter))
  }

  #view(): View {
    return {
      options: this.#reading!.options,
      colours: this.#options.colours,
      edit: this.#edit,
      search: this.#search,
      menu: this.#menu,
      detail: this.#detail,
      hint: this.#hint,
    }
  }
}
