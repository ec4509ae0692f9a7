// A training row in the form that LLaMA-Factory reads (ShareGPT), and the entry that tells it how.
import { MARKERS, readMarkers, withMarkers } from '../reformat/index.js'
import type { TrainingRow } from '../rows.js'

/** One row of the training file. Roles are user and assistant, not ShareGPT's human and gpt: hence the tags. */
export interface Conversation {
  system: string
  conversations: { from: 'user' | 'assistant'; value: string }[]
}

/** One entry of dataset_info.json. */
export interface DatasetEntry {
  file_name: string
  formatting: 'sharegpt'
  columns: { messages: 'conversations'; system: 'system' }
  tags: { role_tag: 'from'; content_tag: 'value'; user_tag: 'user'; assistant_tag: 'assistant' }
}

/** The entry of a training file. LLaMA-Factory's own tags are human and gpt, so the tags have to be there. */
export function datasetEntry(file: string): DatasetEntry {
  return {
    file_name: file,
    formatting: 'sharegpt',
    columns: { messages: 'conversations', system: 'system' },
    tags: { role_tag: 'from', content_tag: 'value', user_tag: 'user', assistant_tag: 'assistant' },
  }
}

/** A row as a conversation: the prompt as the teacher got it, thought and solution in their markers. */
export function conversation(row: TrainingRow, system: string): Conversation {
  return {
    system,
    conversations: [
      { from: 'user', value: row.asked },
      { from: 'assistant', value: withMarkers({ thought: row.thought ?? '', solution: row.solution ?? '' }) },
    ],
  }
}

/**
 * What is wrong with a conversation; undefined where nothing is. LLaMA-Factory skips a bad row with a line in a long
 * log, so rows are checked here: two turns, user then assistant, texts with content, the four markers once each in
 * order, nothing outside them.
 */
export function conversationFault({ system, conversations }: Conversation): string | undefined {
  if (typeof system !== 'string' || system.trim() === '') return 'it has no system prompt'
  const roles = conversations.map(({ from }) => from).join(', ')
  if (roles !== 'user, assistant') return `its turns are ${roles || 'missing'}`
  const [user, assistant] = conversations as [Conversation['conversations'][0], Conversation['conversations'][0]]
  if (typeof user.value !== 'string' || user.value.trim() === '') return 'the user turn is empty'
  const marker = MARKERS.find((one) => user.value.includes(one))
  if (marker) return `the user turn contains ${marker}`
  const parts = readMarkers(assistant.value)
  if (typeof parts === 'string') return parts
  return assistant.value === withMarkers(parts) ? undefined : 'there is text outside the markers'
}
