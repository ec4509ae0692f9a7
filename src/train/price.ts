// What a GPU costs for an hour: given, remembered, asked for, or the report's, and said which.
import { host } from '../host.js'
import { Stopped } from '../stopped.js'
import type { Job } from './job.js'
import type { TrainOptions } from './options.js'
import { REPORTED_PRICE } from './plan.js'
import { records } from './records.js'

/** What was answered for a machine, for as long as this process lives. */
const answered = new Map<string, number>()

const TRIES = 3

/**
 * Dollars for one GPU for one hour: `price`; else what this run was started with, or was answered for this machine;
 * else the person at the keyboard is asked, where Enter takes the report's. Where nobody can be asked it is the
 * report's, unless dollars are to limit the run.
 *
 * @throws Stopped('bad-call') for a negative price, for no price after three answers, and for a limit in dollars without
 *   a price where nobody can be asked
 */
export async function priceOf(job: Pick<Job, 'id' | 'on'>, options: TrainOptions): Promise<number> {
  const { price, on, limit } = options
  if (price !== undefined) return checked(price)
  if (on === 'practice' || on === 'skypilot') return REPORTED_PRICE
  // What a run was started with may be the report's, unasked: not enough to end it by.
  const started = typeof limit === 'number' ? undefined : records(options.in).find(({ id }) => id === job.id)?.price
  const known = answered.get(on) ?? started
  if (known !== undefined) return known
  for (let tries = 0; tries < TRIES; tries++) {
    let answer: string
    try {
      answer = await host().prompt(
        `Dollars for one GPU for one hour on ${on} (0: nothing; Enter: ${REPORTED_PRICE}, the report's): `,
      )
    } catch (error) {
      if (host().signal().aborted) throw error
      if (typeof limit !== 'number') return REPORTED_PRICE
      throw new Stopped(
        'bad-call',
        `A limit of ${limit} dollars needs the price of a GPU on ${on}, and there is nobody to ask for it here.`,
        `train(data, { …, limit: ${limit}, price: ${REPORTED_PRICE} })   # dollars for one GPU for one hour; or limit: { hours: 20 }`,
        error,
      )
    }
    const value = answer.trim() === '' ? REPORTED_PRICE : Number(answer.trim().replace(/^\$/, '').replace(',', '.'))
    if (!Number.isFinite(value) || value < 0) continue
    answered.set(on, value)
    return value
  }
  throw new Stopped(
    'bad-call',
    `${TRIES} answers were no price in dollars.`,
    `train(data, { …, price: ${REPORTED_PRICE} })`,
  )
}

function checked(price: number): number {
  if (Number.isFinite(price) && price >= 0) return price
  throw new Stopped(
    'bad-call',
    `Expected \`price\` to be dollars for one GPU for one hour, got ${JSON.stringify(price)}.`,
    `train(data, { …, price: ${REPORTED_PRICE} })`,
  )
}
