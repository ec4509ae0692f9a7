// What tokens cost where the price is public. The bill is what counts; `price` of model() overrides.

/** Dollars for a million tokens. */
export interface Price {
  prompt: number
  completion: number
}

/**
 * OpenAI's list prices for one million tokens, without batch or cache discount, looked up in November
 * 2026 at https://openrouter.ai/openai/gpt-4o-mini-2024-07-18 and
 * https://www.promptunit.ai/blog/gpt-4o-mini-pricing-guide; today's stand at
 * https://developers.openai.com/api/docs/pricing
 */
export const listPrices: { readonly date: string; readonly of: Readonly<Record<string, Price>> } = {
  date: '2026-11',
  of: {
    'gpt-4o-mini': { prompt: 0.15, completion: 0.6 },
    'gpt-4o-mini-2024-07-18': { prompt: 0.15, completion: 0.6 },
    'gpt-4o': { prompt: 2.5, completion: 10 },
    'gpt-4.1': { prompt: 2, completion: 8 },
    'gpt-4.1-mini': { prompt: 0.4, completion: 1.6 },
  },
}
