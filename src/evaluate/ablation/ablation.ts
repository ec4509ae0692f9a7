// Arms that differ in one thing: each trained, served, scored and kept, one by one or all at once.

import { dataset } from '../../curate/index.js'
import type { Score } from '../../rows.js'
import { holm } from '../../stats/index.js'
import { Stopped } from '../../stopped.js'
import { type Run, type TrainingData, train, trainingPlan } from '../../train/index.js'
import { dollars, escapeHtml } from '../../workspace/index.js'
import { benchesFor } from '../benches.js'
import { type Comparison, compare } from '../compare.js'
import { evaluate } from '../evaluate.js'
import { type Arm, fileName, grid, type Vary } from './grid.js'
import type { AblationOptions } from './options.js'

/** What an arm came to: kept in the workspace under the stage 'ablation'. */
export interface ArmResult {
  ablation: string
  arm: string
  point: Record<string, string | number | boolean>
  /** The training set: rows, hash, file; null where the arm was not trained. */
  data: { name: string; rows: number; sha256: string; file: string } | null
  /** The run: id, machine, checkpoint (null on the practice machine, which trains nothing); null where not trained. */
  run: { id: string; on: string; checkpoint: string | null; hours: number; dollars: number | null; loss: number } | null
  scores: Score[]
  /** Why the scores are no measurement of the arm, where they are none. */
  standIn?: string
}

/** Where an arm stands, and what it still costs. */
export interface ArmPlan {
  arm: string
  state: 'done' | 'to score' | 'to train'
  /** Rows of the training set; null where the arm is not trained. */
  rows: number | null
  /** First 12 hex digits of its hash. */
  data: string | null
  /** What training will take, by `trainingPlan`; 0 where nothing is left, null where it cannot be told. */
  steps: number | null
  hours: number | null
  dollars: number | null
}

interface Prepared {
  data: TrainingData | null
  result: ArmResult | undefined
  key: object
}

const STAGE = 'ablation'

export class Ablation<V extends Vary = Vary> {
  readonly name: string
  readonly arms: readonly Arm<V>[]
  readonly #options: AblationOptions<V>
  readonly #prepared = new Map<string, Promise<Prepared>>()
  readonly #results = new Map<string, ArmResult>()

  constructor(name: string, options: AblationOptions<V>) {
    this.name = name
    this.arms = grid(options.vary)
    this.#options = options
  }

  /** Where every arm stands and what is left to pay. Writes training sets, starts nothing. */
  async plan(): Promise<ArmPlan[]> {
    const plans: ArmPlan[] = []
    for (const arm of this.arms) {
      const { data, result } = await this.#prepare(arm)
      const rows = data ? countOf(data) : null
      const left = data && !result ? trainingPlan(data, this.#training(arm)) : undefined
      plans.push({
        arm: arm.name,
        state: result ? 'done' : data ? 'to train' : 'to score',
        rows,
        data: data ? data.sha256.slice(0, 12) : null,
        steps: left?.steps ?? 0,
        hours: left?.hours ?? 0,
        // The practice machine sends no bill.
        dollars: left ? (this.#training(arm).on === 'practice' ? 0 : left.dollars) : 0,
      })
    }
    return plans
  }

  /** Does the next arm that is not done: trains, serves, scores. undefined where all are done. */
  async next(): Promise<ArmResult | undefined> {
    for (const arm of this.arms) {
      const { result } = await this.#prepare(arm)
      if (!result) return await this.#do(arm)
    }
    return undefined
  }

  /**
   * Does every arm that is not done. What was done before is not done again: a run that goes on is joined, answers come
   * from the workspace.
   *
   * @param together true starts all training runs before it waits for the first, as a cluster with room for them
   *   wants it; serving and scoring stay one after the other. @default false
   */
  async run({ together = false }: { together?: boolean } = {}): Promise<ArmResult[]> {
    if (together)
      for (const arm of this.arms) {
        const { data, result } = await this.#prepare(arm)
        if (data && !result) await this.#start(arm, data)
      }
    while (await this.next());
    return this.results()
  }

  /** The arms that are done, in the order of the grid. */
  async results(): Promise<ArmResult[]> {
    const all: ArmResult[] = []
    // One after the other: each arm writes its training set into the same dataset_info.json.
    for (const arm of this.arms) {
      const { result } = await this.#prepare(arm)
      if (result) all.push(result)
    }
    return all
  }

  /**
   * Each arm that is done beside the one that it is compared with, on every benchmark, paired by problem, with Holm's
   * correction over all of them: the rows of `table` and of `plot.forest`.
   *
   * @throws Stopped('no-rows') where no two arms are done that are compared.
   */
  async compare(): Promise<(Comparison & { name: string })[]> {
    const done = new Map((await this.results()).map((result) => [result.arm, result]))
    const rows = this.arms.flatMap((arm, i) => {
      const [own, other] = [done.get(arm.name), done.get(this.#against(arm, i)?.name ?? '')]
      if (!own || !other) return []
      const [a, b] = [labelled(own), labelled(other)]
      const compared = compare(
        [...a, ...b],
        ({ model }) => model === own.arm,
        ({ model }) => model === other.arm,
      )
      return compared.map((row) => ({
        name: `${difference(own.arm, other.arm)}${this.#benches().length > 1 ? `, ${row.bench}` : ''}`,
        ...row,
        differs: [own.standIn, row.differs].filter(Boolean).join('; '),
      }))
    })
    if (rows.length === 0)
      throw new Stopped(
        'no-rows',
        `${this.name}: ${done.size} of ${this.arms.length} arms are done, and no two of them are compared.`,
        'await study.run()',
      )
    const adjusted = holm(rows.map(({ p }) => p))
    return rows.map((row, i) => ({ ...row, holm: adjusted[i]! }))
  }

  /** The scores of the arms that are done, each under its arm's name in the place of the model's: for `plot.scores`. */
  async scores(): Promise<Score[]> {
    return (await this.results()).flatMap(labelled)
  }

  toString(): string {
    const { standIn } = this.#options
    const lines = this.arms.map(({ name }) => {
      const result = this.#results.get(name)
      const said = result?.scores.map(
        ({ bench, value, n, k }) => `${bench} ${(100 * value).toFixed(1)} % (n ${n}, k ${k})`,
      )
      return `  ${name}: ${said?.join(', ') ?? 'not done, or not looked at yet'}${result?.run?.dollars ? `, ${dollars(result.run.dollars)}` : ''}`
    })
    return [`${this.name}: ${this.arms.length} arms${standIn ? ` (${standIn})` : ''}`, ...lines].join('\n')
  }

  [Symbol.for('Jupyter.display')](): Record<string, string> {
    const text = this.toString()
    return { 'text/plain': text, 'text/html': `<pre style="white-space:pre-wrap;margin:0">${escapeHtml(text)}</pre>` }
  }

  /** The training set of an arm, and its result where it is done under exactly these settings. */
  #prepare(arm: Arm<V>): Promise<Prepared> {
    let known = this.#prepared.get(arm.name)
    if (!known) {
      known = this.#lookUp(arm)
      this.#prepared.set(arm.name, known)
      known.catch(() => this.#prepared.delete(arm.name))
    }
    return known
  }

  async #lookUp(arm: Arm<V>): Promise<Prepared> {
    const { in: work, data: make } = this.#options
    const given = (await make?.(arm.point)) ?? null
    const data = Array.isArray(given)
      ? await dataset(given, { name: fileName(this.name, arm.name), in: work })
      : (given as TrainingData | null)
    const { k, temperature, topP, maxTokens, policy, seed, standIn } = this.#options
    const key = {
      ablation: this.name,
      point: arm.point,
      data: data?.sha256 ?? null,
      train: data ? settingsOf(this.#training(arm)) : null,
      benches: this.#benches().map(({ name, limit, k: own, problems }) => ({
        name,
        limit,
        k: own,
        from: typeof problems === 'function' ? 'function' : typeof problems === 'string' ? problems : problems.length,
      })),
      settings: { k, temperature, topP, maxTokens, policy, seed, standIn },
    }
    const result = work.kept<ArmResult>(STAGE, key)
    if (result) this.#results.set(arm.name, result)
    return { data, result, key }
  }

  async #do(arm: Arm<V>): Promise<ArmResult> {
    const { in: work, standIn, vary: _, data: __, train: ___, model, against: ____, ...scoring } = this.#options
    const { data, key } = await this.#prepare(arm)
    const run = data ? await this.#start(arm, data) : null
    const trained = run ? await run.wait() : null
    const answering = await model(arm.point, run)
    const served = 'ask' in answering ? { model: answering } : answering
    let scores: Score[]
    try {
      scores = await evaluate(served.model, { ...scoring, in: work })
    } finally {
      await ('close' in served ? served.close?.() : undefined)
    }
    const result: ArmResult = {
      ablation: this.name,
      arm: arm.name,
      point: { ...arm.point },
      data: data && { name: data.name, rows: countOf(data), sha256: data.sha256, file: data.file },
      run:
        run && trained
          ? {
              id: run.id,
              on: run.on,
              checkpoint: trained.checkpoint,
              hours: trained.hours,
              dollars: trained.dollars,
              loss: trained.loss,
            }
          : null,
      scores,
      ...(standIn && { standIn }),
    }
    await work.once(STAGE, key, async () => ({ value: result }))
    this.#results.set(arm.name, result)
    this.#prepared.set(arm.name, Promise.resolve({ data, result, key }))
    return result
  }

  /** `train` starts nothing twice: the same data, settings and machine are the same run. */
  #start(arm: Arm<V>, data: TrainingData): Promise<Run> {
    return train(data, { ...this.#training(arm), in: this.#options.in })
  }

  #training(arm: Arm<V>) {
    const { train: settings } = this.#options
    if (settings) return settings(arm.point)
    throw new Stopped(
      'bad-call',
      `The arm ${arm.name} of ${this.name} has a training set, and nothing says how it is trained.`,
      "ablation(name, { …, train: (point) => ({ base: 'Qwen/Qwen2.5-32B-Instruct', on: 'ssh://h100' }) })",
    )
  }

  #benches() {
    return benchesFor(this.#options.benches)
  }

  #against(arm: Arm<V>, place: number): Arm<V> | undefined {
    const { against = 'first' } = this.#options
    if (against === 'first') return place === 0 ? undefined : this.arms[0]
    if (against === 'previous') return this.arms[place - 1]
    const wanted = against(arm.point)
    if (wanted === null) return undefined
    return this.arms.find(
      (other) =>
        other !== arm &&
        Object.entries({ ...arm.point, ...wanted }).every(([name, value]) => other.point[name] === value),
    )
  }
}

/** Scores that are told apart by their arm: two arms may be answered by models of one name. */
function labelled({ arm, scores }: ArmResult): Score[] {
  return scores.map((score) => ({ ...score, model: arm }))
}

const countOf = ({ rows }: TrainingData): number => (typeof rows === 'number' ? rows : rows.length)

/** What of the training changes its outcome; where it runs does not. */
function settingsOf({
  on: _,
  folder: __,
  price: ___,
  sshConfig: ____,
  practice: _____,
  force: ______,
  ...settings
}: Record<string, unknown> & { on?: unknown }): object {
  return settings
}

/** Two arms as a difference, with what they share said once: 'Qwen2.5-7B: trained true − trained false'. */
function difference(own: string, other: string): string {
  const [a, b] = [own.split(' · '), other.split(' · ')]
  const shared = a.length === b.length ? a.filter((part, i) => part === b[i]) : []
  if (shared.length === 0) return `${own} − ${other}`
  const rest = (parts: string[]) => parts.filter((part, i) => a[i] !== b[i] || part !== a[i]).join(' · ')
  return `${shared.join(' · ')}: ${rest(a)} − ${rest(b)}`
}
