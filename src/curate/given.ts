// Worked traces that a dataset brings: STILL-2's, the released Sky-T1 data's, those of any set with a trace beside its question.
import { createHash } from 'node:crypto'
import { type ProblemsOptions, problems, type SourceCall } from '../problems/index.js'
import { findParts, hasMarker } from '../reformat/index.js'
import type { Judged, Problem } from '../rows.js'
import { type Done, number, Step } from '../workspace/index.js'

/**
 * Rows with the traces that their dataset brought, as samples that were formatted and judged: they go into `mix` beside our own, as the
 * report put STILL-2's science and riddles beside its own rows.
 *
 * Nobody judged them here: the verdict is ok with how 'given', and the card counts them apart. A trace without the four markers, each
 * once and in order, is not ok ('missing-marker' and its like), and a row without a trace is 'no-sample'. A trace with none of them at all
 * is a raw one: `inspectRepeats` takes it as it is, and for the mix `reformat` splits it. Tokens and seconds are not known and 0.
 *
 * @example inspectRepeats(await given('traces.jsonl', { fields: { prompt: 'question', solution: 'output' } }))
 * @example const rows = await mix([...judged, ...(await given('still2:science'))], { math: 10_000, science: 1_000 }, { seed: 7 })
 * @throws Stopped as `problems`.
 */
export function given(
  sources: string | SourceCall | (string | SourceCall)[],
  options: ProblemsOptions = {},
): Step<Judged> {
  const read = problems(sources, { answers: false, ...options })
  let raw = 0
  return new Step<Judged>({
    label: 'given',
    async *run(signal): AsyncGenerator<Done<Judged>> {
      let place = 0
      for await (const { problem, trace } of read.reads()) {
        signal.throwIfAborted()
        const row = judged(problem, trace)
        if (isRaw(row)) raw++
        yield { row, place: place++ }
      }
    },
    // A raw trace lost nothing: nobody has reformatted it yet.
    describe: (row) => (row.verdict.ok || isRaw(row) ? undefined : row.verdict.why),
    live: () => (raw > 0 ? { notes: [`${number(raw)} raw, without the four markers`] } : undefined),
  })
}

const RAW = 'a raw trace: it has none of the four markers. Before mix: reformat(rows), then verify'

const isRaw = ({ verdict }: Judged): boolean => !verdict.ok && verdict.detail === RAW

function judged(problem: Problem, trace: string | undefined): Judged {
  const sample = {
    ...problem,
    sample: 0,
    model: `given by ${problem.source}`,
    asked: problem.prompt,
    text: trace ?? '',
    ...(trace === undefined
      ? { finish: 'error' as const, failure: 'the row has no trace' }
      : { finish: 'stop' as const }),
    usage: { prompt: 0, completion: 0 },
    dollars: 0,
    seconds: 0,
    settings: {
      temperature: null,
      topP: null,
      maxTokens: 0,
      seed: 0,
      promptSet: 'sky-t1' as const,
      // The user turn is the bare question: there is no instruction to have a hash of.
      promptHash: createHash('sha256').update('').digest('hex').slice(0, 16),
    },
  }
  const parts =
    trace === undefined
      ? { why: 'no-sample' as const, detail: 'the row has no trace' }
      : hasMarker(trace)
        ? findParts(trace)
        : { why: 'missing-marker' as const, detail: RAW }
  if ('why' in parts) {
    const { why, detail } = parts
    return { ...sample, format: { ok: false, why, detail }, verdict: { ok: false, why, detail } }
  }
  return {
    ...sample,
    ...parts,
    format: { ok: true, by: 'markers' },
    verdict: { ok: true, how: 'given', detail: 'as it was published; not judged here' },
  }
}
