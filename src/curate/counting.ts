// How many tokens a text has: by the model's own tokenizer where it is given, else an estimate that says how far off it is.
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { Stopped } from '../stopped.js'

export interface TokenCounter {
  /** In words, for every place where a count is shown. */
  how: string
  /** Counts are the tokenizer's own. */
  exact: boolean
  count(text: string): number
}

/** How Qwen's tokenizers (and cl100k, from which theirs comes) cut a text before merging: a piece is one token or more. */
const PIECES =
  /'(?:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+/giu

/**
 * The estimate for Qwen's tokenizers: pieces, and what long ones add. Fitted on every other of 1,090 answers of
 * Qwen2.5-32B-Instruct whose tokens its server counted (Sky-T1's released runs on MATH-500 and AIME); on the other half
 * the sum is 0.4 % low and nine of ten answers are between −5.5 % and +3.1 %. Not measured: Chinese, code, other
 * tokenizers.
 */
export const estimated: TokenCounter = {
  how: 'estimated for Qwen (nine of ten maths answers within −5.5 % and +3.1 %; code and Chinese not measured)',
  exact: false,
  count(text) {
    if (text === '') return 0
    let [pieces, long, signs, commands, bare, unspaced] = [0, 0, 0, 0, 0, 0]
    for (const [piece] of text.matchAll(PIECES)) {
      pieces++
      const { length } = piece
      if (length < 3) continue
      const first = piece.charCodeAt(0)
      const letter = isLetter(piece.charCodeAt(length - 1))
      if (first === 92 && letter) commands += Math.max(0, length - 5)
      else if (isLetter(first)) {
        // Without spaces between words about every second sign is a token of its own.
        if (first > 0x2e7f) unspaced += length / 1.5
        else bare += Math.max(0, length - 4)
      } else if (letter) long += Math.max(0, length - 10)
      else if (piece.trim() !== '') signs += Math.max(0, piece.trim().length - 2)
    }
    return Math.round(
      6.544 * Math.min(1, pieces / 100) +
        1.033 * pieces +
        0.02 * long +
        0.879 * signs +
        0.389 * commands +
        0.343 * bare +
        unspaced,
    )
  },
}

const isLetter = (code: number): boolean =>
  (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code > 0x2e7f && code < 0xa000)

/**
 * Counts by a tokenizer's own file, as Hugging Face's `tokenizers` do: `tokenizer.json` of the model, or the folder that
 * holds it. The file is in the model's folder on the hub; `hf download Qwen/Qwen2.5-32B-Instruct tokenizer.json`.
 *
 * @throws Stopped 'no-file' where it is not there, 'bad-data' where it is no tokenizer.
 * @example const tokens = await tokenCounter('Qwen2.5-32B-Instruct/tokenizer.json')
 */
export async function tokenCounter(file: string): Promise<TokenCounter> {
  if (typeof file !== 'string' || file.trim() === '')
    throw new Stopped('bad-call', `tokenCounter(…) got ${JSON.stringify(file)}.`, "tokenCounter('tokenizer.json')")
  const named = file.endsWith('.json') ? file : path.join(file, 'tokenizer.json')
  const text = await readFile(named, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new Stopped(
      'no-file',
      `${named} cannot be read: ${error.message}.`,
      'hf download Qwen/Qwen2.5-32B-Instruct tokenizer.json --local-dir .',
      error,
    )
  })
  const sha256 = createHash('sha256').update(text).digest('hex').slice(0, 16)
  let counts: (text: string) => number
  try {
    const json = JSON.parse(text) as TokenizerJson
    const { Tokenizer } = await import('@huggingface/tokenizers')
    const tokenizer = new Tokenizer(json, {})
    counts = fast(tokenizer as unknown as Inner, json)
    counts('x')
  } catch (error) {
    throw new Stopped(
      'bad-data',
      `${named} is not a tokenizer that is read here: ${(error as Error).message}.`,
      'Give the tokenizer.json of the model that is trained.',
      error,
    )
  }
  return { how: `counted by ${path.basename(named)} (sha256 ${sha256}…)`, exact: true, count: counts }
}

interface TokenizerJson {
  added_tokens?: { content: string; normalized?: boolean; lstrip?: boolean; rstrip?: boolean; single_word?: boolean }[]
}

interface Inner {
  normalizer: ((text: string) => string) | null
  pre_tokenizer: ((text: string) => string[]) | null
  model: ((pieces: string[]) => string[]) | null
  encode(text: string, options: { add_special_tokens: boolean }): { ids: number[] }
}

/** Pieces whose count is remembered; words recur, so nearly every piece of a trace is known. */
const REMEMBERED = 500_000

/** Merging is done once for each different piece; the first texts are counted both ways, and the slow way stays where they differ. */
function fast(tokenizer: Inner, json: TokenizerJson): (text: string) => number {
  const whole = (text: string): number => tokenizer.encode(text, { add_special_tokens: false }).ids.length
  const { normalizer, pre_tokenizer: cut, model } = tokenizer
  const added = json.added_tokens ?? []
  if (
    cut === null ||
    model === null ||
    added.some(({ lstrip, rstrip, single_word }) => lstrip || rstrip || single_word)
  )
    return whole
  const contents = added.map(({ content }) => content.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  const special =
    contents.length > 0 ? new RegExp(`(${contents.sort((a, b) => b.length - a.length).join('|')})`) : undefined
  const known = new Map<string, number>()
  const pieceCount = (piece: string): number => {
    let n = known.get(piece)
    if (n === undefined) {
      n = model([piece]).length
      if (known.size >= REMEMBERED) known.clear()
      known.set(piece, n)
    }
    return n
  }
  const pieces = (text: string): number => {
    let n = 0
    for (const [i, part] of (special ? text.split(special) : [text]).entries()) {
      if (i % 2 === 1) n++
      else if (part !== '') for (const piece of cut(normalizer ? normalizer(part) : part)) n += pieceCount(piece)
    }
    return n
  }
  let [compared, slow] = [0, false]
  return (text) => {
    if (slow) return whole(text)
    const n = pieces(text)
    if (compared >= 50) return n
    compared++
    const right = whole(text)
    slow = right !== n
    return right
  }
}
