// The log that the practice machine plays: recorded once from the real LLaMA-Factory, and from what.
import { readFileSync } from 'node:fs'
import { fixture } from '../../fixtures.js'

/** Where a recorded log comes from, as fixtures/trainer_log.origin.json says. */
export interface Origin {
  /** 'LLaMA-Factory 0.9.5' */
  tool: string
  /** What was trained. */
  model: string
  /** On what. */
  data: string
  date: string
  machine: string
  note: string
  /** The run's own train_results.json. */
  results: Record<string, number>
}

/** The recorded lines of trainer_log.jsonl, as the trainer wrote them. */
export function recordedLines(): string[] {
  const file = fixture('trainer_log.jsonl')
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
}

export function recordedOrigin(): Origin {
  return JSON.parse(readFileSync(fixture('trainer_log.origin.json'), 'utf8')) as Origin
}

/** The sentence that stands under every figure drawn from it. */
export function originText(origin = recordedOrigin()): string {
  return `practice machine: a log recorded from ${origin.tool} on ${origin.date} (${origin.model}; ${origin.data}; ${origin.machine}), played faster than it was recorded. No model was trained here.`
}
