// What a sampling run will take, before anything is sent, and what that rests on.
import type { Problem, Rows } from '../rows.js'
import { Stopped } from '../stopped.js'
import { count, dollars, duration, escapeHtml, number } from '../workspace/index.js'
import { roughTokens } from './chat.js'
import type { Model } from './model.js'
import { listPrice } from './prices.js'
import { type Prompts, promptFor } from './prompts.js'

/**
 * Mean tokens of an answer of QwQ-32B-Preview, as measured for Sky-T1-32B-Flash
 * (https://novasky-ai.github.io/posts/reduce-overthinking/): Math500 2,089 and AIME 2024 7,379,
 * LiveCodeBench medium 6,742, GPQA-Diamond 3,302.
 */
const tokensOfQwQ: Record<Problem['domain'], number> = { math: (2089 + 7379) / 2, code: 6742, science: 3302 }

/** Tokens a second of one request on a busy vLLM server with a 32B model: an order of magnitude, not a measurement. */
const SPEED = 20

export interface EstimateOptions {
  model: Model
  /** Samples of each problem. @default 1 */
  n?: number
  /** Mean tokens of an answer. @default what QwQ-32B-Preview needed, by domain */
  tokens?: number
  /** Tokens of an answer at most. @default 16384 */
  maxTokens?: number
  /** Tokens a second of one request. @default 20 */
  speed?: number
  prompts?: Prompts
}

export interface Estimate {
  requests: number
  promptTokens: number
  completionTokens: number
  /** For a replay: what asking a real model would take. */
  hours: number
  /** 0 for a replay, null where the price is unknown. */
  dollars: number | null
  /** What the numbers rest on, in sentences. */
  assumptions: string[]
}

/**
 * Estimates tokens, hours and dollars of `sample` on the same rows. Sends nothing.
 * @example await estimate(asked, { model: qwq })
 */
export async function estimate(rows: Rows<Problem>, options: EstimateOptions): Promise<Estimate> {
  const { model, n = 1, tokens, maxTokens = 16_384, speed = SPEED, prompts } = options
  if (typeof model?.cost !== 'function')
    throw new Stopped('bad-call', 'estimate(…) got no model.', "estimate(asked, { model: model('gpt-4o-mini') })")
  let problems = 0
  let promptTokens = 0
  let completionTokens = 0
  for await (const problem of rows) {
    problems++
    const { system, user } = promptFor(problem, prompts, model.system)
    promptTokens += n * (roughTokens(system ?? '') + roughTokens(user))
    completionTokens += n * Math.min(maxTokens, tokens ?? tokensOfQwQ[problem.domain] ?? tokensOfQwQ.math)
  }
  completionTokens = Math.round(completionTokens)
  const requests = problems * n
  const atOnce = Math.max(1, Math.min(model.concurrency, requests))
  const cost = model.cost({ prompt: promptTokens, completion: completionTokens })
  const estimated: Estimate = {
    requests,
    promptTokens,
    completionTokens,
    hours: completionTokens / speed / atOnce / 3600,
    dollars: cost,
    assumptions: [
      'A prompt has a quarter as many tokens as characters.',
      tokens === undefined
        ? 'An answer is as long as those of QwQ-32B-Preview: 4,734 tokens in mathematics, 6,742 in code, 3,302 in science.'
        : `An answer has ${number(tokens)} tokens.`,
      options.speed === undefined
        ? `One request makes ${speed} tokens a second (a guess: measure yours, and pass { speed }); ${count(atOnce, 'request')} at once.`
        : `One request makes ${speed} tokens a second; ${count(atOnce, 'request')} at once.`,
      ...(model.replayed ? [] : [priceLine(model)]),
    ],
  }
  return withDisplay(estimated, problems, n, model)
}

function priceLine(model: Model): string {
  if (!model.price)
    return `The price of ${model.id} is unknown: pass model('${model.id}', { price: { prompt, completion } }) in dollars for a million tokens.`
  const { prompt, completion } = model.price
  const listed = model.options.price ? undefined : listPrice(model.id, model.address)
  const source = listed ? ` (list price of ${listed.date})` : ''
  return `A million tokens cost ${dollars(prompt)} in the prompt and ${dollars(completion)} in the answer${source}.`
}

function withDisplay(estimate: Estimate, problems: number, n: number, model: Model): Estimate {
  const cost = estimate.dollars === null ? 'price unknown' : `about ${dollars(estimate.dollars)}`
  const head =
    `${count(estimate.requests, 'request')} to ${model.id} (${count(problems, 'problem')}, ${count(n, 'sample')} of each): ` +
    (model.replayed ? 'a replay takes seconds and costs nothing. Asked of a real model they would be ' : '') +
    `${number(estimate.promptTokens)} + ${number(estimate.completionTokens)} tokens, about ${duration(estimate.hours * 3600)}` +
    `${model.replayed ? '' : `, ${cost}`}. Nothing was sent.`
  const text = [head, ...estimate.assumptions.map((line) => `  · ${line}`)].join('\n')
  const html = `<div>${escapeHtml(head)}<ul>${estimate.assumptions.map((line) => `<li>${escapeHtml(line)}</li>`).join('')}</ul></div>`
  return Object.defineProperties(estimate, {
    toString: { value: () => text },
    [Symbol.for('Jupyter.display')]: { value: () => ({ 'text/plain': text, 'text/html': html }) },
  })
}
