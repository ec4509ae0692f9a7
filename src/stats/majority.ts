// What a vote among k samples gives.

import { checkKnown } from '../known.js'
import { Stopped } from '../stopped.js'
import { logChoose } from './independent.js'
import { randomFrom } from './random.js'

/** Subsets are enumerated by their counts where there are no more than this; beyond, draws stand for them. */
const ENUMERATED = 200_000

/**
 * Expected maj@k of one problem: the chance that the answer which most of k samples give is right. Answers are equal
 * where the grader says so, a tie is broken by chance, and samples without an answer do not vote; where none votes it
 * is wrong. With k below the number of samples it is the mean over all subsets of k, counted exactly, or over `draws`
 * seeded ones where there are too many.
 *
 * Wang et al. 2023 (arXiv 2203.11171), "self-consistency".
 *
 * @param answers The class of each sample's answer; null for no answer.
 * @param right Whether each sample is right: the same for all of a class.
 * @throws Stopped 'bad-call' where k is not between 1 and the number of samples.
 */
export function majAtK(
  answers: readonly (number | null)[],
  right: readonly boolean[],
  k: number,
  options: { draws?: number; seed?: number } = {},
): number {
  checkKnown('majAtK(…)', options, { draws: true, seed: true })
  const { draws = 10_000, seed = 7 } = options
  const n = answers.length
  if (right.length !== n)
    throw new Stopped(
      'bad-call',
      `majAtK: ${n} answers and ${right.length} verdicts`,
      'majAtK([0, 0, 1], [true, true, false], 3)',
    )
  if (!(Number.isInteger(k) && k >= 1 && k <= n))
    throw new Stopped(
      'bad-call',
      `majAtK: k must be a whole number between 1 and n = ${n}, got ${k}`,
      'majAtK([0, 0, 1], [true, true, false], 3)',
    )
  const groups = new Map<number, { size: number; right: boolean }>()
  let silent = 0
  for (const [i, answer] of answers.entries()) {
    if (answer === null) silent++
    else {
      const group = groups.get(answer)
      if (group) group.size++
      else groups.set(answer, { size: 1, right: right[i]! })
    }
  }
  const classes = [...groups.values()]
  if (k === n) return share(classes.map(({ size, right }) => ({ votes: size, right })))
  const ways = classes.reduce((product, { size }) => product * (Math.min(size, k) + 1), 1)
  return ways <= ENUMERATED ? exact(classes, silent, n, k) : drawn(answers, right, k, draws, seed)
}

/** The chance that the winner of one vote is right. */
function share(votes: readonly { votes: number; right: boolean }[]): number {
  const most = Math.max(0, ...votes.map((one) => one.votes))
  if (most === 0) return 0
  const winners = votes.filter((one) => one.votes === most)
  return winners.filter((one) => one.right).length / winners.length
}

/** Sums over how many of each class are among the k, by the multivariate hypergeometric distribution. */
function exact(classes: readonly { size: number; right: boolean }[], silent: number, n: number, k: number): number {
  const all = logChoose(n, k)
  const votes = classes.map(({ right }) => ({ votes: 0, right }))
  let sum = 0
  const visit = (place: number, left: number, log: number): void => {
    if (place === classes.length) {
      if (left <= silent) sum += Math.exp(log + logChoose(silent, left) - all) * share(votes)
      return
    }
    const { size } = classes[place]!
    for (let taken = 0; taken <= Math.min(size, left); taken++) {
      votes[place]!.votes = taken
      visit(place + 1, left - taken, log + logChoose(size, taken))
    }
    votes[place]!.votes = 0
  }
  visit(0, k, 0)
  return Math.min(1, sum)
}

function drawn(
  answers: readonly (number | null)[],
  right: readonly boolean[],
  k: number,
  draws: number,
  seed: number,
): number {
  const random = randomFrom(seed)
  const places = answers.map((_, i) => i)
  let sum = 0
  for (let draw = 0; draw < draws; draw++) {
    const votes = new Map<number, { votes: number; right: boolean }>()
    for (let i = 0; i < k; i++) {
      const j = i + Math.floor(random() * (places.length - i))
      ;[places[i], places[j]] = [places[j]!, places[i]!]
      const answer = answers[places[i]!]!
      if (answer === null) continue
      const vote = votes.get(answer)
      if (vote) vote.votes++
      else votes.set(answer, { votes: 1, right: right[places[i]!]! })
    }
    sum += share([...votes.values()])
  }
  return sum / draws
}
