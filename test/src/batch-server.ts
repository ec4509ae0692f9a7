// A server of ours that speaks OpenAI's Batch API, checked against its reference: files (multipart upload, content),
// batches (create, retrieve, list with pages, cancel), the life of a batch from validating to completed or expired,
// output and error files in any order, and the limits of one batch.
//   https://developers.openai.com/api/reference/resources/batches · https://developers.openai.com/api/docs/guides/batch
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { listening } from './listening.js'

export interface BatchObject {
  id: string
  object: 'batch'
  endpoint: string
  errors: { object: 'list'; data: { code: string; message: string; param: null; line: number | null }[] } | null
  input_file_id: string
  completion_window: string
  status: 'validating' | 'failed' | 'in_progress' | 'finalizing' | 'completed' | 'expired' | 'cancelling' | 'cancelled'
  output_file_id: string | null
  error_file_id: string | null
  created_at: number
  request_counts: { total: number; completed: number; failed: number }
  metadata: Record<string, string> | null
}

export interface Question {
  custom_id: string
  method: string
  url: string
  body: { model: string; messages: { role: string; content: string }[]; seed?: number; max_tokens?: number }
}

/** What becomes of one question: a status and body as a chat completion has them, or an error of the batch. */
export type Fate = { status: number; body: object } | { error: { code: string; message: string } }

export interface BatchServer {
  url: string
  batches: BatchObject[]
  files: Map<string, { purpose: string; filename: string; text: string }>
  /** Every question of every batch that ran, in order: one that stands here twice was paid for twice. */
  billed: string[]
  /** Looks at a batch before it goes on to its next status. @default 1 */
  patience: number
  /** Runs before a request is answered; true: it was answered here. */
  before?: (request: IncomingMessage, response: ServerResponse, body: Buffer) => boolean | Promise<boolean>
  close(): Promise<void>
}

const LARGEST = { requests: 50_000, bytes: 200e6 }

export async function batchServer(answer: (question: Question) => Fate): Promise<BatchServer> {
  const looks = new Map<string, number>()
  const files: BatchServer['files'] = new Map()
  const served: BatchServer = { url: '', batches: [], files, billed: [], patience: 1, close: async () => {} }
  const json = (response: ServerResponse, value: object, status = 200) => {
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify(value))
  }
  const bad = (response: ServerResponse, message: string, status = 400) =>
    json(response, { error: { message, type: 'invalid_request_error', param: null, code: null } }, status)
  const keep = (purpose: string, filename: string, text: string) => {
    const id = `file-${files.size + 1}`
    files.set(id, { purpose, filename, text })
    return id
  }

  /** Each look may bring a batch one status further. */
  function advance(batch: BatchObject) {
    const seen = (looks.get(batch.id) ?? 0) + 1
    looks.set(batch.id, seen)
    if (seen % served.patience !== 0) return undefined
    if (batch.status === 'validating') return validate(batch)
    if (batch.status === 'in_progress') batch.status = 'finalizing'
    else if (batch.status === 'finalizing' || batch.status === 'cancelling') run(batch)
    return undefined
  }

  function validate(batch: BatchObject) {
    const { text } = files.get(batch.input_file_id)!
    const fail = (code: string, message: string, line: number | null) => {
      batch.status = 'failed'
      batch.errors = { object: 'list', data: [{ code, message, param: null, line }] }
    }
    const lines = text.split('\n').filter(Boolean)
    if (lines.length > LARGEST.requests) return fail('too_many_tasks', `over ${LARGEST.requests} requests`, null)
    const ids = new Set<string>()
    let model: string | undefined
    for (const [i, line] of lines.entries()) {
      let read: Question
      try {
        read = JSON.parse(line)
      } catch {
        return fail('invalid_json_line', 'This line is not parseable as valid JSON.', i + 1)
      }
      if (ids.has(read.custom_id)) return fail('duplicate_custom_id', `${read.custom_id} stands there twice`, i + 1)
      ids.add(read.custom_id)
      if (read.method !== 'POST' || read.url !== batch.endpoint) return fail('invalid_url', read.url, i + 1)
      model ??= read.body.model
      if (read.body.model !== model) return fail('mismatched_model', read.body.model, i + 1)
      if ('stream' in read.body) return fail('invalid_request', 'stream is not supported in a batch', i + 1)
    }
    batch.status = 'in_progress'
    batch.request_counts.total = lines.length
    return undefined
  }

  function run(batch: BatchObject): void {
    const cancelled = batch.status === 'cancelling'
    const out: string[] = []
    const errors: string[] = []
    const questions = files
      .get(batch.input_file_id)!
      .text.split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Question)
    for (const question of questions) {
      const fate: Fate = cancelled
        ? {
            error: {
              code: 'batch_cancelled',
              message: 'This request was not executed because the batch was cancelled.',
            },
          }
        : answer(question)
      const line = { id: `batch_req_${out.length + errors.length}`, custom_id: question.custom_id }
      if ('error' in fate) {
        errors.push(JSON.stringify({ ...line, response: null, error: fate.error }))
        if (fate.error.code === 'batch_expired') batch.status = 'expired'
        batch.request_counts.failed++
        continue
      }
      served.billed.push(question.custom_id)
      const whole = JSON.stringify({
        ...line,
        response: { status_code: fate.status, request_id: 'r', body: fate.body },
        error: null,
      })
      // Errors of the model are in the error file too; the order of neither file is that of the input.
      if (fate.status === 200) out.unshift(whole)
      else errors.unshift(whole)
      batch.request_counts[fate.status === 200 ? 'completed' : 'failed']++
    }
    if (cancelled) batch.status = 'cancelled'
    else if (batch.status !== 'expired') batch.status = 'completed'
    if (out.length > 0) batch.output_file_id = keep('batch_output', 'output.jsonl', `${out.join('\n')}\n`)
    if (errors.length > 0) batch.error_file_id = keep('batch_output', 'error.jsonl', `${errors.join('\n')}\n`)
  }

  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks)
    if (await served.before?.(request, response, body)) return
    const { pathname, searchParams } = new URL(request.url!, 'http://x')
    const batch = served.batches.find(({ id }) => pathname.startsWith(`/v1/batches/${id}`))
    if (request.method === 'POST' && pathname === '/v1/files') {
      const form = await new Response(new Uint8Array(body), {
        headers: { 'content-type': request.headers['content-type']! },
      }).formData()
      const file = form.get('file') as File | null
      const purpose = String(form.get('purpose'))
      if (!file) return bad(response, "'file' is a required property")
      if (purpose !== 'batch') return bad(response, `'${purpose}' is not one of ['batch']`)
      if (!file.name.endsWith('.jsonl')) return bad(response, `Invalid file format for Batch API. Must be .jsonl`)
      if (file.size > LARGEST.bytes) return bad(response, 'File is too large', 413)
      const id = keep(purpose, file.name, await file.text())
      return json(response, {
        id,
        object: 'file',
        bytes: file.size,
        created_at: 0,
        filename: file.name,
        purpose,
        status: 'processed',
      })
    }
    const content = /^\/v1\/files\/([^/]+)\/content$/.exec(pathname)
    if (request.method === 'GET' && content) {
      const file = files.get(content[1]!)
      if (!file) return bad(response, 'No such File object', 404)
      response.writeHead(200, { 'content-type': 'application/octet-stream' })
      return void response.end(file.text)
    }
    if (request.method === 'POST' && pathname === '/v1/batches') {
      const asked = JSON.parse(body.toString()) as Record<string, string> & { metadata?: Record<string, string> }
      if (asked.completion_window !== '24h') return bad(response, "Invalid value for 'completion_window'")
      if (asked.endpoint !== '/v1/chat/completions') return bad(response, "Invalid value for 'endpoint'")
      if (files.get(asked.input_file_id!)?.purpose !== 'batch') return bad(response, 'No such file', 404)
      const made: BatchObject = {
        id: `batch_${served.batches.length + 1}`,
        object: 'batch',
        endpoint: asked.endpoint!,
        errors: null,
        input_file_id: asked.input_file_id!,
        completion_window: '24h',
        status: 'validating',
        output_file_id: null,
        error_file_id: null,
        created_at: Math.floor(Date.now() / 1000),
        request_counts: { total: 0, completed: 0, failed: 0 },
        metadata: asked.metadata ?? null,
      }
      served.batches.push(made)
      return json(response, made)
    }
    if (request.method === 'GET' && pathname === '/v1/batches') {
      const newest = [...served.batches].reverse()
      const after = searchParams.get('after')
      const from = after ? newest.findIndex(({ id }) => id === after) + 1 : 0
      const limit = Math.min(Number(searchParams.get('limit') ?? 20), 100)
      const data = newest.slice(from, from + limit)
      return json(response, {
        object: 'list',
        data,
        first_id: data[0]?.id,
        last_id: data.at(-1)?.id,
        has_more: from + limit < newest.length,
      })
    }
    if (request.method === 'POST' && batch && pathname.endsWith('/cancel')) {
      if (!['validating', 'in_progress'].includes(batch.status))
        return bad(response, `Cannot cancel a batch with status '${batch.status}'.`, 409)
      batch.status = 'cancelling'
      return json(response, batch)
    }
    if (request.method === 'GET' && batch) {
      advance(batch)
      return json(response, batch)
    }
    bad(response, `Invalid URL (${request.method} ${pathname})`, 404)
  })
  const { url, close } = await listening(server)
  return Object.assign(served, { url: `${url}/v1`, close })
}

/** A chat completion. */
export const completion = (content: string, more: { finish?: string; usage?: object } = {}): Fate => ({
  status: 200,
  body: {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: more.finish ?? 'stop' }],
    usage: more.usage ?? { prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 },
  },
})
