// The original's reformat prompt, which we do not reprint: read from a SkyThought checkout that the user has.
import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { Stopped } from '../stopped.js'
import { takesText } from '../taken.js'
import type { ReformatPrompts } from './prompt.js'

/** First 16 hex digits of the sha256 of the two texts, as they were when the data was made and are still. */
const HASHES = { convert_prompt: '5468bea73cd9edbd', convert_prompt_example: '5d9f9567f89ba529' } as const

/** Where the prompts stand in a checkout: since February 2025, and before. */
const PLACES = ['scripts/prompts.py', 'skythought/tools/util/prompts.py']

/**
 * The prompts 'sky-t1' for `reformat`: requirements and worked example of the original, word for word, and its system
 * prompt. They ask for two of the markers under another name (`slow_thought`); a rewrite that follows them there is
 * read all the same.
 *
 * @param checkout A checkout of NovaSky-AI/SkyThought, or its file of prompts.
 * @throws Stopped('no-file') where there is none, Stopped('bad-data') where a text is not the original's by its sha256.
 * @example await reformat(raw, { model: mini, prompts: await skyT1Reformat('SkyThought'), in: work })
 */
export async function skyT1Reformat(checkout: string): Promise<ReformatPrompts> {
  takesText('skyT1Reformat', checkout, "skyT1Reformat('SkyThought')")
  const file = await promptFile(checkout)
  const source = await readFile(file, 'utf8')
  const [prompt, example] = (['convert_prompt', 'convert_prompt_example'] as const).map((name) => {
    const text = pythonText(source, name)
    const hash = createHash('sha256')
      .update(text ?? '')
      .digest('hex')
      .slice(0, 16)
    if (text === undefined || hash !== HASHES[name])
      throw new Stopped(
        'bad-data',
        text === undefined
          ? `${file} has no text ${name}.`
          : `${name} in ${file} is not the original's: its sha256 begins with ${hash}, not with ${HASHES[name]}.`,
        "Name an unchanged checkout of NovaSky-AI/SkyThought, or leave `prompts` out for our own: prompts: 'skylab'",
      )
    return text
  }) as [string, string]
  return {
    name: 'sky-t1',
    hash: createHash('sha256').update(`${prompt}\n${example}`).digest('hex').slice(0, 16),
    slow: true,
    messages: (trace) => [
      { role: 'system', content: 'You are a solution format convertor.' },
      { role: 'user', content: formatted(prompt, { example, content: trace }) },
    ],
  }
}

async function promptFile(checkout: string): Promise<string> {
  for (const file of [checkout, ...PLACES.map((place) => path.join(checkout, place))])
    if ((await stat(file).catch(() => undefined))?.isFile()) return file
  throw new Stopped(
    'no-file',
    `${checkout} is no checkout of SkyThought: it has no ${PLACES[0]}.`,
    'git clone https://github.com/NovaSky-AI/SkyThought',
  )
}

/** The text that a Python file assigns to a name: strings in double quotes, one after the other or in brackets. */
function pythonText(source: string, name: string): string | undefined {
  const begin = new RegExp(`^${name}[ \\t]*=`, 'm').exec(source)
  if (!begin) return undefined
  const piece = /(?:\s|[()]|#[^\n]*\n)*"((?:[^"\\]|\\[\s\S])*)"/y
  piece.lastIndex = begin.index + begin[0].length
  let text: string | undefined
  for (let match = piece.exec(source); match; match = piece.exec(source))
    text = (text ?? '') + match[1]!.replace(/\\(\r?\n|[\s\S])/g, (_, sign: string) => unescaped(sign))
  return text
}

function unescaped(sign: string): string {
  if (sign === '\n' || sign === '\r\n') return ''
  if (sign === 'n') return '\n'
  if (sign === 't') return '\t'
  return sign === '"' || sign === '\\' || sign === "'" ? sign : `\\${sign}`
}

/** Python's str.format, as far as the prompt uses it: names, and doubled braces. */
function formatted(template: string, values: Record<string, string>): string {
  return template.replace(/\{\{|\}\}|\{(\w+)\}/g, (all, name?: string) =>
    name === undefined ? all[0]! : (values[name] ?? all),
  )
}
