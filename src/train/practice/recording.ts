// The logs that the practice machine plays, recorded from the real LLaMA-Factory, and from what. A set that one of
// them was trained on gets that one; every other set gets the first.
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
  /** Hash of the training file, hex. */
  dataSha256: string
  date: string
  machine: string
  note: string
  /** The run's own train_results.json. */
  results: Record<string, number>
}

const NAMES = ['trainer_log', 'walks_log'] as const

/** The recording for a training set: its own where there is one. */
function nameFor(sha256: string | undefined): string {
  return NAMES.find((name) => sha256 !== undefined && read(name).dataSha256 === sha256) ?? NAMES[0]
}

/** The recorded lines of trainer_log.jsonl, as the trainer wrote them. */
export function recordedLines(sha256?: string): string[] {
  const file = fixture(`${nameFor(sha256)}.jsonl`)
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
}

/** @param sha256 hash of the training file */
export function recordedOrigin(sha256?: string): Origin {
  return read(nameFor(sha256))
}

function read(name: string): Origin {
  return JSON.parse(readFileSync(fixture(`${name}.origin.json`), 'utf8')) as Origin
}

/** The sentence that stands under every figure drawn from it. */
export function originText(origin = recordedOrigin()): string {
  return `practice machine: a log recorded from ${origin.tool} on ${origin.date} (${origin.model}; ${origin.data}; ${origin.machine}), played faster than it was recorded. No model was trained here.`
}
