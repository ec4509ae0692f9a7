// One line of a batch's output: an answer, or why there is none.
import type { Usage } from '../../rows.js'
import type { ServerUsage } from '../usage.js'

export interface Line {
  custom_id: string
  response?: { status_code?: number; body?: unknown } | null
  error?: { code?: string; message?: string } | null
}

/** What became of a question. */
export type Told =
  | {
      kind: 'answer'
      content: string
      reasoning: string
      finish: 'stop' | 'length'
      usage: ServerUsage | undefined
    }
  /** Another try may fare better. */
  | { kind: 'again'; failure: string; usage: undefined }
  | { kind: 'row'; failure: string; usage: Usage | undefined }

interface Body {
  choices?: {
    finish_reason?: string
    message?: { content?: string | null; reasoning_content?: string | null; reasoning?: string | null }
  }[]
  usage?: ServerUsage
  error?: { message?: string }
}

export function readLine({ response, error }: Line): Told {
  if (error) {
    const failure = error.message ?? error.code ?? 'the server gave no reason'
    // 'batch_expired': its turn did not come within the 24 hours. 'batch_cancelled': somebody wanted it so.
    if (error.code === 'batch_cancelled') return { kind: 'row', failure, usage: undefined }
    return { kind: 'again', failure, usage: undefined }
  }
  const status = response?.status_code ?? 0
  const body = (response?.body ?? {}) as Body
  if (status !== 200) {
    const failure = `${status} ${body.error?.message ?? 'without a word'}`
    return {
      kind: status === 408 || status === 429 || status >= 500 || status === 0 ? 'again' : 'row',
      failure,
      usage: undefined,
    }
  }
  const choice = body.choices?.[0]
  const finish = choice?.finish_reason
  if (finish !== 'stop' && finish !== 'length') {
    const { prompt_tokens: prompt, completion_tokens: completion } = body.usage ?? {}
    const billed = typeof prompt === 'number' && typeof completion === 'number' ? { prompt, completion } : undefined
    return { kind: 'row', failure: `the server ended the answer with "${finish}"`, usage: billed }
  }
  return {
    kind: 'answer',
    content: choice?.message?.content ?? '',
    reasoning: choice?.message?.reasoning_content ?? choice?.message?.reasoning ?? '',
    finish,
    usage: body.usage,
  }
}
