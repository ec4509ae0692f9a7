// Recordings in files, found by key. The files are read once; answers stay on disk until asked for.
import { createReadStream } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { Stopped } from '../stopped.js'
import { type Recording, recordingFault, recordingKey } from './recordings.js'

interface Place {
  file: number
  offset: number
  length: number
  model: string
  seed: number | null
}

/** How many recordings of a model are looked through for the one nearest to a request. */
const LOOKED_THROUGH = 500

/** A chat request, as far as recordings care. */
export interface Wanted {
  model: string
  messages: { role: string; content: string }[]
  seed: number | null
}

export class Shelf {
  readonly #files: readonly string[]
  readonly #handles: FileHandle[]
  readonly #places: Map<string, Place>

  private constructor(files: readonly string[], handles: FileHandle[], places: Map<string, Place>) {
    this.#files = files
    this.#handles = handles
    this.#places = places
  }

  /**
   * Reads which recordings the files hold; of two with the same key the later one counts.
   * @throws Stopped('no-file') or Stopped('bad-data'), naming file and line.
   */
  static async open(files: readonly string[]): Promise<Shelf> {
    if (files.length === 0)
      throw new Stopped('bad-call', 'No file of recordings was named.', 'skylab replay recordings.jsonl')
    const handles: FileHandle[] = []
    const places = new Map<string, Place>()
    try {
      for (const [file, name] of files.entries()) {
        handles.push(await openFile(name))
        if ((await readPlaces(name, file, places)) === 0)
          throw new Stopped(
            'bad-data',
            `${name} holds no recording.`,
            `Record one: model('…', { baseURL: '…', record: '${name}' })`,
          )
      }
    } catch (error) {
      await Promise.all(handles.map((handle) => handle.close()))
      throw error
    }
    return new Shelf(files, handles, places)
  }

  get size(): number {
    return this.#places.size
  }

  get models(): string[] {
    return [...new Set([...this.#places.values()].map(({ model }) => model))].sort()
  }

  /** The recorded answer to a request; undefined where there is none. */
  async find({ model, messages, seed }: Wanted, index = 0): Promise<Recording | undefined> {
    const place = this.#places.get(recordingKey(model, messages, seed, index))
    return place && this.#read(place)
  }

  /** The recording of the same model that is most like the request, and where they part. */
  async nearest(wanted: Wanted): Promise<{ recording: Recording; difference: string } | undefined> {
    const own = [...this.#places.values()].filter(({ model }) => model === wanted.model)
    // The same seed is the same sample of the same problem: then the words have changed since.
    const first = own.filter(({ seed }) => seed === wanted.seed)
    const rest = own.filter(({ seed }) => seed !== wanted.seed)
    let best: { recording: Recording; common: number } | undefined
    for (const place of [...first, ...rest].slice(0, LOOKED_THROUGH)) {
      const recording = await this.#read(place)
      const common = commonLength(lastContent(recording), lastContent(wanted)) + (place.seed === wanted.seed ? 0.5 : 0)
      if (!best || common > best.common) best = { recording, common }
    }
    return best && { recording: best.recording, difference: difference(best.recording, wanted) }
  }

  async close(): Promise<void> {
    await Promise.all(this.#handles.map((handle) => handle.close()))
  }

  async #read(place: Place): Promise<Recording> {
    const { buffer } = await this.#handles[place.file]!.read(Buffer.alloc(place.length), 0, place.length, place.offset)
    try {
      return JSON.parse(buffer.toString('utf8')) as Recording
    } catch (error) {
      throw new Error(`${this.#files[place.file]} was changed while it is replayed`, { cause: error })
    }
  }
}

async function openFile(name: string): Promise<FileHandle> {
  try {
    const handle = await open(name)
    if ((await handle.stat()).isFile()) return handle
    await handle.close()
    throw Object.assign(new Error('not a file'), { code: 'EISDIR' })
  } catch (error) {
    throw new Stopped(
      'no-file',
      `There is no file of recordings ${name} (${(error as NodeJS.ErrnoException).code}).`,
      `Record one: model('…', { baseURL: '…', record: '${name}' })`,
      error,
    )
  }
}

/** Notes where each recording of a file lies, and gives their number. */
async function readPlaces(name: string, file: number, places: Map<string, Place>): Promise<number> {
  let found = 0
  let line = 0
  let offset = 0
  let rest = Buffer.alloc(0)
  const take = (bytes: Buffer) => {
    line++
    if (bytes.toString('latin1').trim() !== '') {
      const { key, model, seed } = parse(bytes.toString('utf8'), name, line)
      places.set(key, { file, offset, length: bytes.length, model, seed })
      found++
    }
  }
  for await (const chunk of createReadStream(name)) {
    const text = Buffer.concat([rest, chunk as Buffer])
    let start = 0
    for (let end = text.indexOf(10); end !== -1; end = text.indexOf(10, start)) {
      take(text.subarray(start, end))
      offset += end - start + 1
      start = end + 1
    }
    rest = text.subarray(start)
  }
  if (rest.length > 0) take(rest)
  return found
}

function parse(text: string, name: string, line: number): Recording {
  const stop = (why: string) =>
    new Stopped(
      'bad-data',
      `Line ${line} of ${name} is no recording: ${why}.`,
      `Look at it (sed -n ${line}p ${name}), and delete it where it is torn: sed -i ${line}d ${name}`,
    )
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw stop(`it is not JSON (${(error as Error).message})`)
  }
  const fault = recordingFault(value)
  if (fault) throw stop(fault)
  return value as Recording
}

function lastContent({ messages }: { messages: { content: unknown }[] }): string {
  return String(messages.at(-1)?.content ?? '')
}

function commonLength(a: string, b: string): number {
  const end = Math.min(a.length, b.length)
  let i = 0
  while (i < end && a.charCodeAt(i) === b.charCodeAt(i)) i++
  return i
}

/** The first thing in which a request and a recording differ. */
function difference(recording: Recording, wanted: Wanted): string {
  const had = recording.messages
  const asked = wanted.messages
  if (roles(had) !== roles(asked))
    return `messages by ${roles(asked)} were sent, and messages by ${roles(had)} are recorded`
  for (const [i, a] of asked.entries()) {
    const b = had[i]!
    if (a.content === b.content) continue
    const at = commonLength(a.content, b.content)
    return `messages[${i}].content differs at character ${at}: ${excerpt(a.content, at)} was sent, and ${excerpt(b.content, at)} is recorded`
  }
  return `seed is ${wanted.seed ?? 'not given'}, and ${recording.seed ?? 'none'} is recorded`
}

function roles(messages: { role: string }[]): string {
  return messages.map(({ role }) => role).join(', ')
}

function excerpt(text: string, at: number): string {
  const from = Math.max(0, at - 12)
  const end = at + 28
  return JSON.stringify(`${from > 0 ? '…' : ''}${text.slice(from, end)}${end < text.length ? '…' : ''}`)
}
