// What tokens cost where the price is public. The bill is what counts; `price` of model() overrides.
import { openaiURL } from './address.js'
import type { ModelOptions } from './options.js'

/** Dollars for a million tokens. */
export interface Price {
  prompt: number
  completion: number
  /** Of the prompt's tokens those that the server had in its cache. @default as the others */
  cached?: number
}

export interface ListPrice extends Price {
  /** Base URL at which it holds. */
  at: string
  model: string
  /** When it was read. */
  date: string
  source: string
}

const deepseekURL = 'https://api.deepseek.com'
const [march, april] = [
  'https://deploybase.ai/articles/openai-pricing',
  'https://benchlm.ai/blog/posts/deepseek-api-pricing',
]

/** OpenAI's Batch API takes half of each list price (https://developers.openai.com/api/docs/guides/batch). */
const BATCH_SHARE = 0.5

const openai = (model: string, prompt: number, completion: number, cached?: number): ListPrice => ({
  at: openaiURL,
  model,
  prompt,
  completion,
  ...(cached !== undefined && { cached }),
  date: '2026-03',
  source: march,
})

/**
 * List prices, without the discount of a batch. Each says when and where it was read; those of today stand at
 * https://developers.openai.com/api/docs/pricing and https://api-docs.deepseek.com/quick_start/pricing.
 * The prices of cached prompts of GPT-4o and GPT-4.1 come from https://docs.rs/crate/adk-model (2026-03).
 */
export const listPrices: readonly ListPrice[] = [
  openai('gpt-4o-mini', 0.15, 0.6, 0.075),
  openai('gpt-4o', 2.5, 10, 1.25),
  openai('gpt-4.1', 2, 8, 0.5),
  openai('gpt-4.1-mini', 0.4, 1.6, 0.1),
  openai('gpt-4.1-nano', 0.1, 0.4, 0.025),
  openai('o3', 2, 8),
  openai('o3-mini', 1.1, 4.4),
  openai('o4-mini', 1.1, 4.4),
  openai('gpt-5', 1.25, 10),
  openai('gpt-5-mini', 0.25, 2),
  openai('gpt-5-nano', 0.05, 0.4),
  openai('gpt-5.1', 1.25, 10),
  openai('gpt-5.4', 2.5, 15),
  {
    at: deepseekURL,
    model: 'deepseek-chat',
    prompt: 0.28,
    completion: 0.42,
    cached: 0.028,
    date: '2026-04',
    source: april,
  },
  {
    at: deepseekURL,
    model: 'deepseek-reasoner',
    prompt: 0.28,
    completion: 0.42,
    cached: 0.028,
    date: '2026-04',
    source: april,
  },
]

/** The list price of a model at an address, snapshots ("gpt-4o-mini-2024-07-18") included. */
export function listPrice(model: string, url: string): ListPrice | undefined {
  const name = model.replace(/-\d{4}-\d{2}-\d{2}$/, '')
  return listPrices.find((each) => each.model === name && url.replace(/\/v1$/, '') === each.at.replace(/\/v1$/, ''))
}

/** What a model's tokens cost: as it was told, else as it is listed; null where nobody knows. */
export function priceOf(model: string, url: string, { price, batch }: ModelOptions): Price | null {
  const listed = listPrice(model, url)
  const full = price ?? listed
  if (!full) return null
  const { prompt, completion, cached } = full
  const share = batch ? BATCH_SHARE : 1
  return {
    prompt: prompt * share,
    completion: completion * share,
    ...(cached !== undefined && { cached: cached * share }),
  }
}
