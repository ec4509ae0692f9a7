// A training row in the form that LLaMA-Factory reads (ShareGPT), and the entry that tells it how.
import { MARKERS, readMarkers, withMarkers } from '../reformat/index.js'
import type { Judged } from '../rows.js'

/** One row of the training file. Roles are user and assistant, not ShareGPT's human and gpt: hence the tags. */
export interface Conversation {
  system: string
  conversations: { from: 'user' | 'assistant'; value: string }[]
}

/** One row of a preference file: the question, and two answers to it. */
export interface PairConversation {
  system: string
  conversations: [{ from: 'user'; value: string }]
  chosen: { from: 'assistant'; value: string }
  rejected: { from: 'assistant'; value: string }
}

/** One row as chat messages. */
export interface ChatRow {
  messages: { role: 'system' | 'user' | 'assistant'; content: string }[]
}

/** One entry of dataset_info.json. */
export interface DatasetEntry {
  file_name: string
  formatting: 'sharegpt'
  ranking?: true
  columns: Record<string, string>
  tags: Record<string, string>
}

const TAGS = { role_tag: 'from', content_tag: 'value', user_tag: 'user', assistant_tag: 'assistant' }

/** The entry of a training file. LLaMA-Factory's own tags are human and gpt, so the tags have to be there. */
export function datasetEntry(file: string, kind: 'rows' | 'pairs' | 'messages' = 'rows'): DatasetEntry {
  if (kind === 'messages') {
    return {
      file_name: file,
      formatting: 'sharegpt',
      columns: { messages: 'messages' },
      tags: { ...TAGS, role_tag: 'role', content_tag: 'content', system_tag: 'system' },
    }
  }
  return {
    file_name: file,
    formatting: 'sharegpt',
    ...(kind === 'pairs' && { ranking: true as const }),
    columns: {
      messages: 'conversations',
      system: 'system',
      ...(kind === 'pairs' && { chosen: 'chosen', rejected: 'rejected' }),
    },
    tags: { ...TAGS },
  }
}

/** A conversation as chat messages. */
export function chatRow({ system, conversations }: Conversation): ChatRow {
  return {
    messages: [
      { role: 'system', content: system },
      ...conversations.map(({ from, value }) => ({ role: from, content: value })),
    ],
  }
}

/** A row as a conversation: the prompt as the teacher got it, thought and solution in their markers. */
export function conversation(row: Judged, system: string): Conversation {
  return {
    system,
    conversations: [
      { from: 'user', value: row.asked },
      { from: 'assistant', value: answerOf(row) },
    ],
  }
}

/** Two answers to one question. */
export function pairConversation(chosen: Judged, rejected: Judged, system: string): PairConversation {
  return {
    system,
    conversations: [{ from: 'user', value: chosen.asked }],
    chosen: { from: 'assistant', value: answerOf(chosen) },
    rejected: { from: 'assistant', value: answerOf(rejected) },
  }
}

const answerOf = ({ thought, solution }: Judged): string =>
  withMarkers({ thought: thought ?? '', solution: solution ?? '' })

/**
 * What is wrong with a conversation or a pair; undefined where nothing is. LLaMA-Factory skips a bad row with a line in a
 * long log, so rows are checked here: the user's turn and the assistant's, texts with content, the four markers once
 * each in order, nothing outside them, and only whole characters.
 */
export function conversationFault(row: Conversation | PairConversation): string | undefined {
  const { system, conversations } = row
  if (typeof system !== 'string' || system.trim() === '') return 'it has no system prompt'
  const roles = conversations.map(({ from }) => from).join(', ')
  const wanted = 'chosen' in row ? 'user' : 'user, assistant'
  if (roles !== wanted) return `its turns are ${roles || 'missing'}`
  const user = conversations[0]!
  if (typeof user.value !== 'string' || user.value.trim() === '') return 'the user turn is empty'
  const marker = MARKERS.find((one) => user.value.includes(one))
  if (marker) return `the user turn contains ${marker}`
  if (!user.value.isWellFormed()) return 'the user turn has half a character (a lone surrogate)'
  if (!('chosen' in row)) return answerFault(conversations[1]!.value)
  const chosen = answerFault(row.chosen.value)
  if (chosen) return `in the chosen answer, ${chosen}`
  const rejected = answerFault(row.rejected.value)
  if (rejected) return `in the rejected answer, ${rejected}`
  return row.chosen.value === row.rejected.value ? 'both answers are the same' : undefined
}

function answerFault(answer: string): string | undefined {
  const parts = readMarkers(answer)
  if (typeof parts === 'string') return parts
  if (answer !== withMarkers(parts)) return 'there is text outside the markers'
  return answer.isWellFormed() ? undefined : 'the answer has half a character (a lone surrogate)'
}
