// Appends real answers to a file of recordings, in the format that replay reads.
import { appendFile, mkdir } from 'node:fs/promises'
import path from 'node:path'
import { Stopped } from '../stopped.js'
import type { Answer, Chat } from './chat.js'
import { type Recording, recordingKey } from './recordings.js'

export class Recorder {
  readonly #file: string
  #ready: Promise<unknown> | undefined

  constructor(file: string) {
    this.#file = file
  }

  /** @throws Stopped('disk') where the file cannot grow. */
  async add(model: string, server: string, chat: Chat, answer: Answer): Promise<void> {
    const { seconds, ...rest } = answer
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
    try {
      await (this.#ready ??= mkdir(path.dirname(this.#file), { recursive: true }))
      await appendFile(this.#file, `${JSON.stringify(line)}\n`)
    } catch (error) {
      throw new Stopped(
        'disk',
        `${this.#file} cannot be written to: ${(error as Error).message}.`,
        "Make room, or record elsewhere: model('…', { record: 'recordings.jsonl' })",
        error,
      )
    }
  }
}
