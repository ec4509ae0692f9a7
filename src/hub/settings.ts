// Where the Hub is, who asks, and where files are kept: the environment variables of Hugging Face's own client.
import { readFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { Stopped } from '../stopped.js'

export interface Token {
  value: string
  /** Where it was found, for messages: 'HF_TOKEN', or the file's name. */
  from: string
}

const env = (name: string): string | undefined => process.env[name]?.trim() || undefined
const isTrue = (value: string | undefined): boolean => /^(?:1|on|yes|true)$/i.test(value ?? '')

/** `~` and `$NAME` in a path, as huggingface_hub expands them. */
function expanded(text: string): string {
  return text
    .replace(/^~(?=[\\/]|$)/, os.homedir())
    .replace(/\$(?:\{(\w+)\}|(\w+))/g, (whole, braced, plain) => process.env[braced ?? plain] ?? whole)
}

/** Address of the Hub without a slash at its end. HF_ENDPOINT, else https://huggingface.co. */
export function endpoint(): string {
  const given = (env('HF_ENDPOINT') ?? 'https://huggingface.co').replace(/\/+$/, '')
  if (!/^https?:\/\/[^/\s]+/i.test(given))
    throw new Stopped(
      'bad-call',
      `HF_ENDPOINT is ${JSON.stringify(given)}, not an address.`,
      'HF_ENDPOINT=https://huggingface.co',
    )
  return given
}

/** HF_HOME, else $XDG_CACHE_HOME/huggingface, else ~/.cache/huggingface. */
function home(): string {
  return expanded(
    env('HF_HOME') ?? path.join(env('XDG_CACHE_HOME') ?? path.join(os.homedir(), '.cache'), 'huggingface'),
  )
}

/** The folder of all downloads: HF_HUB_CACHE, else HUGGINGFACE_HUB_CACHE, else hub/ in HF_HOME. */
export function cacheFolder(): string {
  return path.resolve(expanded(env('HF_HUB_CACHE') ?? env('HUGGINGFACE_HUB_CACHE') ?? path.join(home(), 'hub')))
}

/** HF_HUB_OFFLINE (or TRANSFORMERS_OFFLINE, HF_DATASETS_OFFLINE) is 1, on, yes or true: nothing is sent. */
export function isOffline(): boolean {
  return ['HF_HUB_OFFLINE', 'TRANSFORMERS_OFFLINE', 'HF_DATASETS_OFFLINE'].some((name) => isTrue(env(name)))
}

/**
 * The user's token: HF_TOKEN, HUGGING_FACE_HUB_TOKEN, else the file that `hf auth login` writes (HF_TOKEN_PATH, token in
 * HF_HOME), which HF_HUB_DISABLE_IMPLICIT_TOKEN leaves alone. undefined where there is none.
 */
export function token(): Token | undefined {
  for (const name of ['HF_TOKEN', 'HUGGING_FACE_HUB_TOKEN']) {
    const value = env(name)
    if (value !== undefined) return checked({ value, from: name })
  }
  if (isTrue(env('HF_HUB_DISABLE_IMPLICIT_TOKEN'))) return undefined
  const file = expanded(env('HF_TOKEN_PATH') ?? path.join(home(), 'token'))
  try {
    const value = readFileSync(file, 'utf8').trim()
    return value === '' ? undefined : checked({ value, from: file })
  } catch {
    return undefined
  }
}

/** fetch would name a broken header with its value: it must not see one. */
function checked(token: Token): Token {
  if (/^[\x21-\x7e]+$/.test(token.value)) return token
  throw new Stopped(
    'bad-key',
    `The token in ${token.from} holds a space, a line end or another character that no token has.`,
    'Copy it again from https://huggingface.co/settings/tokens, then: %env HF_TOKEN=?',
  )
}
