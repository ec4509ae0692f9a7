// OpenAI's Batch API as the openai package speaks it: hand in, look, fetch, cancel.
// https://developers.openai.com/api/docs/guides/batch
import { createWriteStream, openAsBlob } from 'node:fs'
import { rename } from 'node:fs/promises'
import path from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type OpenAI from 'openai'
import { Stopped } from '../../stopped.js'
import type { Model } from '../model.js'
import { refusal } from '../refusals.js'
import type { Entry } from './book.js'

/** What of a batch is of use here. */
export type Batch = Pick<
  OpenAI.Batch,
  'id' | 'status' | 'metadata' | 'output_file_id' | 'error_file_id' | 'request_counts' | 'errors'
>

export class Office {
  readonly #model: Model

  constructor(model: Model) {
    this.#model = model
  }

  /** Uploads a file of questions and makes a batch of it. */
  async handIn(file: string, token: string): Promise<Batch> {
    const client = await this.#model.client()
    // Backed by the file: 200 MB are not read into memory.
    const blob = await openAsBlob(file, { type: 'application/jsonl' })
    const uploaded = await client.files.create({ file: new File([blob], path.basename(file)), purpose: 'batch' })
    return await client.batches.create(
      {
        input_file_id: uploaded.id,
        endpoint: '/v1/chat/completions',
        completion_window: '24h',
        metadata: { skylab: token },
      },
      // The package would ask again where the answer was lost, and a second batch would be paid for: who calls looks first.
      { maxRetries: 0 },
    )
  }

  /** The batch with this token, where the server has one. */
  async find(token: string): Promise<Batch | undefined> {
    const client = await this.#model.client()
    for await (const batch of client.batches.list({ limit: 100 })) if (batch.metadata?.skylab === token) return batch
    return undefined
  }

  async look(id: string, signal?: AbortSignal): Promise<Batch> {
    return await (await this.#model.client()).batches.retrieve(id, { signal: signal ?? null })
  }

  async cancel(id: string): Promise<Batch> {
    return await (await this.#model.client()).batches.cancel(id)
  }

  /** Fetches a file of answers; it is there whole or not at all. */
  async fetch(id: string | null | undefined, into: string): Promise<void> {
    if (!id) return
    const response = await (await this.#model.client()).files.content(id)
    if (!response.body) return
    await pipeline(Readable.fromWeb(response.body as never), createWriteStream(`${into}.part`))
    await rename(`${into}.part`, into)
  }

  /** An error of the package as every other of a request. */
  read(error: unknown) {
    const { id, address } = this.#model
    return refusal(error, { id, url: address, clean: (text) => this.#model.clean(text) })
  }
}

/** A batch that is at the server and cannot be looked at. */
export function lookFailed({ id }: Entry, why: string): Stopped {
  return new Stopped(
    'no-server',
    `The batch ${id} cannot be looked at: ${why}`,
    'Run the cell again: it is in the book.',
  )
}

/** The server refused the file as a whole. */
export function refused({ id, questions }: Entry, { errors }: Batch): Stopped {
  const first = errors?.data?.[0]
  const said = first
    ? `${first.message ?? first.code}${first.line ? ` (line ${first.line})` : ''}`
    : 'it does not say why'
  const limit = first?.code === 'token_limit_exceeded'
  return new Stopped(
    limit ? 'over-budget' : 'bad-call',
    `The batch ${id} with ${questions} questions was refused: ${said}`,
    limit
      ? `Hand in less at once: model('…', { batch: { requests: ${Math.max(1, Math.floor(questions / 4))} } }), or run the cell again when other batches are done.`
      : 'Change what the server objects to, and run the cell again.',
  )
}
