// The answers behind a score that another process made: read back from the workspace, never asked again.

import type { Judged, Sample, Score } from '../rows.js'
import { type Model, model, type Prompts, sample } from '../sample/index.js'
import { Stopped } from '../stopped.js'
import type { Workspace } from '../workspace/index.js'
import { type Bench, loadBench, windowOf } from './bench.js'
import { type Benched, benchesFor } from './benches.js'
import { sampling } from './evaluate.js'
import { type Preset, type PresetName, presetFor, presets } from './presets.js'
import { knownRows } from './score.js'

export interface KeptOptions {
  /** The workspace that the answers are in. Not needed in the process that made the scores. */
  in?: Workspace
  /** The benchmarks, where their names do not say which: files, your own. @default by the score's name */
  benches?: Benched[]
  /** As in `evaluate`, where it was given there. */
  prompts?: Prompts
  presets?: Readonly<Record<string, PresetName | Preset>>
}

/**
 * The judged rows behind a score of this process; else the answers as the workspace has kept them, unjudged.
 *
 * @throws Stopped('no-rows') where an answer is not there, 'bad-call' where the benchmark or the prompt is another one
 *   than the score was made with.
 */
export async function answersBehind(score: Score, options: KeptOptions): Promise<{ rows: Sample[]; bench: Bench }> {
  const bench = benchOf(score, options.benches)
  const known = knownRows(score)
  if (known) return { rows: known.map(({ verdict: _, ...row }: Judged) => row), bench }
  const { in: work } = options
  if (!work)
    throw new Stopped(
      'bad-call',
      `The answers behind ${score.model} on ${score.bench} are not in this process.`,
      "rescore(scores, { in: workspace('runs/sky-t1'), policy: 'sky-t1' })",
    )
  const { problems, dataset } = await loadBench(bench)
  const before = score.settings.dataset
  if (before && before.hash !== dataset.hash)
    throw new Stopped(
      'bad-call',
      `${score.bench} is not what it was: its problems hash to ${dataset.hash}, those of the score to ${before.hash} (${before.drawn ?? 'all'} of ${before.source}).`,
      `Pass the same: rescore(scores, { in: work, benches: [bench({ name: '${score.bench}', problems: '…' })] })`,
    )
  const { temperature, topP, maxTokens, seed = 0, preset: name } = score.settings
  const preset =
    options.presets?.[score.model] ?? (name !== undefined && name in presets ? (name as PresetName) : undefined)
  const settings = sampling(bench, presetFor(score.model, preset ? { [score.model]: preset } : {}), {
    k: score.k,
    temperature,
    topP,
    maxTokens,
    seed,
    ...(options.prompts && { prompts: options.prompts }),
  })
  const rows = await sample(problems, { model: silent(score), in: work, ...settings })
  return { rows, bench }
}

function benchOf(score: Score, given: Benched[] | undefined): Bench {
  const found = benchesFor(given ?? ['report', 'aime25', 'amc23', 'gsm8k']).find(({ name }) => name === score.bench)
  if (found) return found
  const { source = score.bench, ...stored } = score.settings.dataset ?? {}
  return benchesFor([source]).map((one) => ({ ...one, ...windowOf(stored), name: score.bench }))[0]!
}

/** A model that answers nothing: what the workspace has not kept, it has not. */
function silent({ model: id, bench, settings }: Score): Model {
  const made = model(id, { identity: settings.endpoint ?? 'replay', price: { prompt: 0, completion: 0 } })
  const ask = async (): Promise<never> => {
    throw new Stopped(
      'no-rows',
      `An answer of ${id} on ${bench} is not in the workspace under the settings of the score; nothing was asked.`,
      'Pass what evaluate was given: rescore(scores, { in: work, benches, prompts, presets })',
    )
  }
  return Object.defineProperties(made, { ask: { value: ask }, local: { value: true } })
}
