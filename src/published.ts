// Numbers that others published, with their footnotes, and what may be said about them.

import { readFileSync } from 'node:fs'
import { fixture } from './fixtures.js'

/** A number that someone else measured. */
export interface PublishedNumber {
  label: 'published'
  percent: number
  /** null where no count, or more than one, gives the printed number. */
  hits: number | null
  n: number | null
  source: string
  note?: string
}

export interface PublishedFile {
  about: string
  sources: Record<string, string>
  results: (PublishedNumber & { model: string; bench: string })[]
  ablations: Record<
    'model-size' | 'data-mix',
    { title: string; bench: string; model: string; note: string; arms: (PublishedNumber & { name: string })[] }
  >
  reruns: { label: 'published'; what: string; bench: string; percent: number; source: string }[]
}

let file: PublishedFile | undefined

/** The whole file of published numbers, as it stands in fixtures/published.json. */
export function publishedNumbers(): PublishedFile {
  return (file ??= JSON.parse(readFileSync(fixture('published.json'), 'utf8')) as PublishedFile)
}
