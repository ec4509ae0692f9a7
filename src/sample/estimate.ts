// What a sampling run will take, before it is paid for, and what that rests on.

import { checkKnown, type Known } from '../known.js'
import type { Problem, Rows, Sample } from '../rows.js'
import { Stopped } from '../stopped.js'
import { passed, takesRows } from '../taken.js'
import { count, dollars, duration, escapeHtml, number, type Workspace } from '../workspace/index.js'
import { keptAnswer } from './ask.js'
import { roughTokens } from './chat.js'
import type { Model } from './model.js'
import { listPrice } from './prices.js'
import { probed, spread } from './probe.js'
import { type Prompts, promptFor, promptSet } from './prompts.js'
import { chatFor, type SampleOptions } from './sample.js'

/**
 * Mean tokens of an answer of QwQ-32B-Preview, as measured for Sky-T1-32B-Flash
 * (https://novasky-ai.github.io/posts/reduce-overthinking/), the easiest and the hardest benchmark of each domain:
 * Math500 2,089 and AIME 2024 7,379; LiveCodeBench medium 6,742 and hard 10,500; GPQA-Diamond 3,302.
 */
const tokensOfQwQ: Record<Problem['domain'], { low: number; mean: number; high: number }> = {
  math: { low: 2089, mean: (2089 + 7379) / 2, high: 7379 },
  code: { low: 3371, mean: 6742, high: 10_500 },
  science: { low: 1651, mean: 3302, high: 6604 },
}

/** Tokens a second of one request on a busy vLLM server with a 32B model: an order of magnitude, not a measurement. */
const SPEED = 20
/** Answers that are looked for in a workspace at most: what takes about a minute. */
const LOOKED = 5_000_000
/** Where nothing was measured, a speed may be so many times lower or higher. */
const SPEED_SPREAD = 2

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
  /**
   * Asks so many of the questions, drawn over all problems, and reckons with what comes back. They are kept in `in` as
   * `sample` keeps them, and `sample` does not ask them again.
   */
  probe?: number
  /** The workspace of the run: answers that it holds already cost nothing. Needed for `probe`. */
  in?: Workspace
  temperature?: number | null
  topP?: number | null
  /** As in `sample`. @default 0 */
  seed?: number
  /** As in `sample`. @default 'sample' */
  stage?: string
}

/** A number and the bounds between which it lies. */
export interface Range {
  low: number
  high: number
}

export interface Estimate {
  /** Requests that would be sent. */
  requests: number
  /** Answers that are on disk already. */
  kept: number
  promptTokens: number
  completionTokens: number
  /** For a replay: what asking a real model would take. */
  hours: number
  /** 0 for a replay, null where the price is unknown. */
  dollars: number | null
  /** Low and high: 95 % where it was probed, the easiest and hardest benchmark and half and double the speed where not. */
  range: { completionTokens: Range; hours: Range; dollars: Range | null }
  /** What the probe showed; undefined where nothing was sent. */
  probe?: { answers: number; failed: number; cutOff: number; tokens: number; speed: number; dollars: number | null }
  /** What the numbers rest on, in sentences. */
  assumptions: string[]
}

/**
 * Estimates tokens, hours and dollars of `sample` on the same rows. Sends nothing, unless `probe` says so.
 * @example await estimate(asked, { model: qwq })
 * @example await estimate(asked, { model: qwq, in: work, n: 4, probe: 20 })
 * @throws Stopped('bad-call') for a probe without a workspace, and for more than five million answers to be looked for
 *   in one; with a probe, what `sample` throws.
 */
export async function estimate(rows: Rows<Problem>, options: EstimateOptions): Promise<Estimate> {
  checkKnown('estimate(…)', options, OPTIONS, 'estimate(asked, { model: qwq })')
  const { model, n = 1, maxTokens = 16_384, prompts, in: work, stage = 'sample' } = options
  check(rows, { ...options, n })
  const problems: Problem[] = []
  for await (const problem of rows) problems.push(problem)
  const { probe, tokens: _, speed: __, ...settings } = options
  const sampling: SampleOptions = { ...settings, n, maxTokens, in: work as Workspace }
  const found = probe && problems.length > 0 ? await probed(problems, sampling, probe) : undefined

  const set = promptSet(prompts ?? 'skylab')
  let [requests, kept, promptTokens] = [0, 0, 0]
  const asked: Record<Problem['domain'], number> = { math: 0, code: 0, science: 0 }
  const look = work?.stages().includes(stage)
  if (look && problems.length * n > LOOKED) throw tooMany(work!, problems.length, n)
  for (const problem of problems) {
    const { system, user } = promptFor(problem, set, model.system)
    let missing = n
    for (let i = 0; look && i < n; i++)
      if (keptAnswer(model, chatFor(problem, i, set, sampling).chat, work!, stage)) missing--
    kept += n - missing
    requests += missing
    asked[problem.domain in asked ? problem.domain : 'math'] += missing
    promptTokens += missing * (roughTokens(system ?? '') + roughTokens(user))
  }
  const tokens = completions(asked, options, maxTokens, found)
  const atOnce = Math.max(1, Math.min(model.concurrency, requests))
  const speed = options.speed ?? found?.speed ?? SPEED
  const loose = options.speed === undefined && !found?.speed ? SPEED_SPREAD : 1
  const hours = (completion: number, by = 1) => completion / (speed * by) / atOnce / 3600
  const cost = (completion: number) => model.cost({ prompt: promptTokens, completion })
  const [low, high] = [cost(tokens.low), cost(tokens.high)]
  const estimated: Estimate = {
    requests,
    kept,
    promptTokens,
    completionTokens: tokens.mean,
    hours: hours(tokens.mean),
    dollars: cost(tokens.mean),
    range: {
      completionTokens: { low: tokens.low, high: tokens.high },
      hours: { low: hours(tokens.low, loose), high: hours(tokens.high, 1 / loose) },
      dollars: low === null || high === null ? null : { low, high },
    },
    ...(found && { probe: summary(found.rows, found.speed, model) }),
    assumptions: [
      'A prompt has a quarter as many tokens as characters.',
      tokens.rests,
      speedLine(speed, atOnce, options, found !== undefined),
      ...(model.replayed ? [] : [priceLine(model)]),
      ...(kept > 0 ? [`${count(kept, 'answer is', 'answers are')} on disk already and cost nothing.`] : []),
    ],
  }
  return withDisplay(estimated, problems.length, n, model)
}

type Completions = { low: number; mean: number; high: number; rests: string }

/** Tokens of all the answers together. */
function completions(
  asked: Record<Problem['domain'], number>,
  { tokens }: EstimateOptions,
  maxTokens: number,
  found: { rows: Sample[] } | undefined,
): Completions {
  const all = asked.math + asked.code + asked.science
  if (tokens !== undefined) {
    const sum = Math.round(all * Math.min(maxTokens, tokens))
    return { low: sum, mean: sum, high: sum, rests: `An answer has ${number(tokens)} tokens.` }
  }
  const answers = found?.rows.filter(({ finish }) => finish !== 'error') ?? []
  if (answers.length > 1) {
    const { mean, reach } = spread(answers.map(({ usage }) => usage.completion))
    const of = (each: number) => Math.round(all * Math.min(maxTokens, Math.max(1, each)))
    return {
      low: of(mean - reach),
      mean: of(mean),
      high: of(mean + reach),
      rests: `An answer is as long as the ${number(answers.length)} that were asked for: ${number(Math.round(mean))} tokens, ± ${number(Math.round(reach))} (95 %).`,
    }
  }
  const sum = (which: 'low' | 'mean' | 'high') =>
    Math.round(
      Object.entries(asked).reduce(
        (total, [domain, times]) =>
          total + times * Math.min(maxTokens, tokensOfQwQ[domain as Problem['domain']][which]),
        0,
      ),
    )
  return {
    low: sum('low'),
    mean: sum('mean'),
    high: sum('high'),
    rests:
      'An answer is as long as those of QwQ-32B-Preview: 4,734 tokens in mathematics (2,089 to 7,379), 6,742 in code (3,371 to 10,500), 3,302 in science (1,651 to 6,604).',
  }
}

function speedLine(speed: number, atOnce: number, options: EstimateOptions, measured: boolean): string {
  const how =
    options.speed !== undefined
      ? ''
      : measured
        ? ' (measured on them)'
        : ' (a guess, half to double: measure yours with { probe: 20 }, or pass { speed })'
  return `One request makes ${number(Math.round(speed * 10) / 10)} tokens a second${how}; ${count(atOnce, 'request')} at once.`
}

function summary(rows: Sample[], speed: number, model: Model): NonNullable<Estimate['probe']> {
  const answers = rows.filter(({ finish }) => finish !== 'error')
  const completion = answers.reduce((sum, { usage }) => sum + usage.completion, 0)
  const paid = rows.reduce((sum, row) => sum + (row.dollars ?? 0), 0)
  return {
    answers: answers.length,
    failed: rows.length - answers.length,
    cutOff: answers.filter(({ finish }) => finish === 'length').length,
    tokens: answers.length > 0 ? completion / answers.length : 0,
    speed,
    dollars: model.price || model.replayed ? paid : null,
  }
}

function tooMany(work: Workspace, problems: number, n: number): Stopped {
  return new Stopped(
    'bad-call',
    `estimate(…) would look for ${number(problems * n)} answers in ${work.name} (${count(problems, 'problem')}, n = ${number(n)}); it looks for ${number(LOOKED)} at most.`,
    'Leave out the workspace, and nothing counts as kept: estimate(asked, { model: qwq, n })',
  )
}

function check(rows: Rows<Problem>, { model, n, probe, in: work }: EstimateOptions): void {
  takesRows('estimate', rows, { fix: 'estimate(asked, { model: qwq })', what: 'problems', coming: true })
  if (!(Number.isInteger(n) && n! >= 1))
    throw new Stopped('bad-call', `estimate(…) got n = ${passed(n)}.`, 'estimate(asked, { model: qwq, n: 4 })')
  if (typeof model?.cost !== 'function')
    throw new Stopped('bad-call', 'estimate(…) got no model.', "estimate(asked, { model: model('gpt-4o-mini') })")
  if (probe === undefined) return
  if (!(Number.isInteger(probe) && probe >= 1))
    throw new Stopped(
      'bad-call',
      `estimate(…) got probe = ${probe}.`,
      'estimate(asked, { model: qwq, in: work, probe: 20 })',
    )
  if (typeof work?.once !== 'function')
    throw new Stopped(
      'bad-call',
      'A probe is paid for, and estimate(…) got no workspace to keep it in.',
      'estimate(asked, { model: qwq, in: work, probe: 20 })',
    )
}

function priceLine(model: Model): string {
  if (!model.price)
    return `The price of ${model.id} is unknown: pass model('${model.id}', { price: { prompt, completion } }) in dollars for a million tokens.`
  const { prompt, completion } = model.price
  const listed = model.options.price ? undefined : listPrice(model.id, model.address)
  const half = model.options.batch ? ', half of it as a batch' : ''
  const source = listed ? ` (list price of ${listed.date}${half}: ${listed.source})` : ''
  return `A million tokens cost ${dollars(prompt)} in the prompt and ${dollars(completion)} in the answer${source}.`
}

function withDisplay(estimate: Estimate, problems: number, n: number, model: Model): Estimate {
  const { range, probe } = estimate
  const money = range.dollars
  const cost =
    estimate.dollars === null || !money
      ? 'price unknown'
      : `about ${dollars(estimate.dollars)}${money.low === money.high ? '' : ` (${dollars(money.low)} to ${dollars(money.high)})`}`
  const time = `about ${duration(estimate.hours * 3600)} (${duration(range.hours.low * 3600)} to ${duration(range.hours.high * 3600)})`
  const head =
    `${count(estimate.requests, 'request')} to ${model.id} (${count(problems, 'problem')}, ${count(n, 'sample')} of each): ` +
    (model.replayed ? 'a replay takes seconds and costs nothing. Asked of a real model they would be ' : '') +
    `${number(estimate.promptTokens)} + ${number(estimate.completionTokens)} tokens, ` +
    `${range.hours.low === range.hours.high ? `about ${duration(estimate.hours * 3600)}` : time}` +
    `${model.replayed ? '' : `, ${cost}`}. ` +
    (probe ? sentLine(probe) : 'Nothing was sent.')
  const text = [head, ...estimate.assumptions.map((line) => `  · ${line}`)].join('\n')
  const html = `<div>${escapeHtml(head)}<ul>${estimate.assumptions.map((line) => `<li>${escapeHtml(line)}</li>`).join('')}</ul></div>`
  return Object.defineProperties(estimate, {
    toString: { value: () => text },
    [Symbol.for('Jupyter.display')]: { value: () => ({ 'text/plain': text, 'text/html': html }) },
  })
}

function sentLine({ answers, failed, cutOff, dollars: paid }: NonNullable<Estimate['probe']>): string {
  const lost = [cutOff > 0 ? `${number(cutOff)} of them cut off` : '', failed > 0 ? `${number(failed)} failed` : '']
    .filter(Boolean)
    .join(', ')
  return `${count(answers, 'answer was', 'answers were')} asked for to find out${lost ? `, ${lost}` : ''}${paid ? `, for ${dollars(paid)}` : ''}; sample does not ask for them again.`
}

const OPTIONS: Known<Required<EstimateOptions>> = {
  model: true,
  n: true,
  tokens: true,
  maxTokens: true,
  speed: true,
  prompts: true,
  probe: true,
  in: true,
  temperature: true,
  topP: true,
  seed: true,
  stage: true,
}
