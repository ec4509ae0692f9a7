// Appends real answers to a file of recordings, in the format that replay reads.
import { mkdir, open } from 'node:fs/promises'
import path from 'node:path'
import { Stopped } from '../stopped.js'
import type { Answer, Chat } from './chat.js'
import { type Recording, recordingKey } from './recordings.js'

export class Recorder {
  readonly #file: string
  #ready: Promise<void> | undefined
  #last: Promise<void> = Promise.resolve()

  constructor(file: string) {
    this.#file = file
  }

  /**
   * Makes the file: an answer that cannot be recorded should not have been asked for.
   * @throws Stopped('disk') where it cannot be made.
   */
  ready(): Promise<void> {
    this.#ready ??= this.#make().catch((error) => {
      this.#ready = undefined
      throw this.#stopped(error)
    })
    return this.#ready
  }

  /** @throws Stopped('disk') where the file cannot grow; then it ends with the last whole line. */
  async add(model: string, server: string, chat: Chat, answer: Answer): Promise<void> {
    const { seconds, firstSeconds: _, ...rest } = answer
    const line: Recording = {
      key: recordingKey(model, chat.messages, chat.seed),
      model,
      messages: chat.messages,
      seed: chat.seed,
      index: 0,
      answer: rest,
      seconds: Math.round(seconds * 1000) / 1000,
      for: chat.for ?? { stage: 'sample', problem: '', sample: 0 },
      origin: `recorded: ${model}, ${server}, ${new Date().toISOString().slice(0, 10)}`,
    }
    const added = this.#last.then(() => this.#append(`${JSON.stringify(line)}\n`))
    this.#last = added.catch(() => undefined)
    await added
  }

  async #make(): Promise<void> {
    await mkdir(path.dirname(this.#file), { recursive: true })
    await (await open(this.#file, 'a')).close()
  }

  async #append(line: string): Promise<void> {
    await this.ready()
    const file = await open(this.#file, 'a').catch((error) => {
      throw this.#stopped(error)
    })
    const { size } = await file.stat()
    try {
      await file.appendFile(line)
    } catch (error) {
      // Half a line would spoil the one that comes after it.
      await file.truncate(size).catch(() => undefined)
      throw this.#stopped(error)
    } finally {
      await file.close()
    }
  }

  #stopped(error: unknown): Stopped {
    const { code, message } = error as NodeJS.ErrnoException
    const full = code === 'ENOSPC' || code === 'EDQUOT'
    return new Stopped(
      'disk',
      full
        ? `The disk is full: ${this.#file} cannot take another recording (${code}).`
        : `${this.#file} cannot be written to: ${message}.`,
      full
        ? `Make room (df -h ${path.dirname(this.#file)}) and run the cell again: it continues with what is saved.`
        : "Record elsewhere: model('…', { record: 'recordings.jsonl' })",
      error,
    )
  }
}
