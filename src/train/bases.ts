// The models that the report and its follow-ups name, and the shape of each: what an estimate of memory needs.
//
// Shapes are those of the models' config.json. Parameters are counted from them (`parametersIn`), not copied.

/** A decoder of the Qwen2 family, as its config.json describes it. */
export interface Shape {
  layers: number
  hidden: number
  /** Width of the feed-forward layers. */
  intermediate: number
  heads: number
  /** Heads of keys and values. */
  keyHeads: number
  vocabulary: number
  /** Input and output embeddings are one matrix. */
  tied: boolean
}

export interface Base {
  /** Where it is found: the id on the Hugging Face Hub. */
  id: string
  /** Names under which papers and posts speak of it. */
  names: string[]
  shape: Shape
  /** Licence, as its card states it. */
  licence: string
}

const QWEN: Record<string, Shape> = {
  '0.5B': shape(24, 896, 4864, 14, 2, 151_936, true),
  '1.5B': shape(28, 1536, 8960, 12, 2, 151_936, true),
  '3B': shape(36, 2048, 11_008, 16, 2, 151_936, true),
  '7B': shape(28, 3584, 18_944, 28, 4, 152_064, false),
  '14B': shape(48, 5120, 13_824, 40, 8, 152_064, false),
  '32B': shape(64, 5120, 27_648, 40, 8, 152_064, false),
  '72B': shape(80, 8192, 29_568, 64, 8, 152_064, false),
}

function shape(
  layers: number,
  hidden: number,
  intermediate: number,
  heads: number,
  keyHeads: number,
  vocabulary: number,
  tied: boolean,
): Shape {
  return { layers, hidden, intermediate, heads, keyHeads, vocabulary, tied }
}

/** Licences of Qwen2.5 by size: two of the seven are not Apache-2.0. */
const licences: Record<string, string> = { '3B': 'qwen-research', '72B': 'qwen' }

function qwen(size: string, id: string, ...names: string[]): Base {
  return { id, names, shape: QWEN[size]!, licence: licences[size] ?? 'apache-2.0' }
}

/** What `train(data, { base })` knows by name. Any other hub id or path can be given as well. */
export const bases: readonly Base[] = [
  // Sky-T1-32B-Preview started from this one.
  qwen('32B', 'Qwen/Qwen2.5-32B-Instruct', 'Qwen2.5-32B-Instruct', 'Qwen-2.5-32B-Instruct'),
  // Sky-T1-32B-Flash started from Sky-T1-32B-Preview.
  qwen('32B', 'NovaSky-AI/Sky-T1-32B-Preview', 'Sky-T1-32B-Preview', 'Sky-T1'),
  // The ablation on model size; the report writes the size before "Coder".
  qwen('14B', 'Qwen/Qwen2.5-Coder-14B-Instruct', 'Qwen2.5-Coder-14B-Instruct', 'Qwen2.5-14B-Coder-Instruct'),
  // Sky-T1-7B, and Sky-T1-mini.
  qwen('7B', 'Qwen/Qwen2.5-Math-7B', 'Qwen2.5-Math-7B'),
  { ...qwen('7B', 'deepseek-ai/DeepSeek-R1-Distill-Qwen-7B', 'R1-Distill-Qwen-7B'), licence: 'mit' },
  qwen('32B', 'Qwen/QwQ-32B-Preview', 'QwQ-32B-Preview', 'QwQ'),
  qwen('0.5B', 'Qwen/Qwen2.5-0.5B-Instruct', 'Qwen2.5-0.5B-Instruct'),
  qwen('1.5B', 'Qwen/Qwen2.5-1.5B-Instruct', 'Qwen2.5-1.5B-Instruct'),
  qwen('3B', 'Qwen/Qwen2.5-3B-Instruct', 'Qwen2.5-3B-Instruct'),
  qwen('7B', 'Qwen/Qwen2.5-7B-Instruct', 'Qwen2.5-7B-Instruct'),
  qwen('14B', 'Qwen/Qwen2.5-14B-Instruct', 'Qwen2.5-14B-Instruct'),
  qwen('72B', 'Qwen/Qwen2.5-72B-Instruct', 'Qwen2.5-72B-Instruct'),
]

/** The entry of a base by hub id or by a name of it, whatever the case; undefined where it is none of them. */
export function knownBase(base: string): Base | undefined {
  const wanted = base.toLowerCase()
  return bases.find(({ id, names }) => [id, ...names].some((name) => name.toLowerCase() === wanted))
}

/** What stands in the yaml: the hub id of a published name, everything else as it was given. */
export function baseId(base: string): string {
  return knownBase(base)?.id ?? base
}

/** The shape of a base: of the table, else of the Qwen2.5 of that size that its name speaks of ("…Qwen2.5-7B…"). */
export function shapeOf(base: string): Shape | undefined {
  const known = knownBase(base)
  if (known) return known.shape
  const size = /Qwen-?2\.5-(?:Coder-|Math-)?(\d+(?:\.\d+)?B)(?![\w.])/i.exec(base)?.[1]
  return size ? QWEN[size.toUpperCase()] : undefined
}

/** Parameters of a Qwen2 decoder: embeddings, and in each layer attention with biases, three matrices, two norms. */
export function parametersIn(shape: Shape): number {
  const { hidden, intermediate, vocabulary, layers, tied } = shape
  return vocabulary * hidden * (tied ? 1 : 2) + hidden + layers * layerParameters(shape, hidden, intermediate)
}

/** The largest piece that ZeRO-3 gathers whole on one GPU: one decoder layer or the embedding. */
export function largestLayer(shape: Shape): number {
  return Math.max(shape.vocabulary * shape.hidden, layerParameters(shape, shape.hidden, shape.intermediate))
}

function layerParameters({ heads, keyHeads }: Shape, hidden: number, intermediate: number): number {
  const keys = (hidden / heads) * keyHeads
  const attention = 2 * hidden * hidden + 2 * hidden * keys + hidden + 2 * keys
  return attention + 3 * hidden * intermediate + 2 * hidden
}
