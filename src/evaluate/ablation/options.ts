// What an ablation takes.

import type { TrainingRow } from '../../rows.js'
import type { Model } from '../../sample/index.js'
import type { Run, TrainingData, TrainOptions } from '../../train/index.js'
import type { Workspace } from '../../workspace/index.js'
import type { EvaluateOptions } from '../evaluate.js'
import type { Point, Vary } from './grid.js'

/** A model that answers for an arm, and how it is shut down; or the model alone. */
export type Answering = Model | { model: Model; close?(): Promise<unknown> }

export interface AblationOptions<V extends Vary = Vary> extends Omit<EvaluateOptions, 'in'> {
  /** Where training sets, runs, answers and the results of each arm are kept. */
  in: Workspace
  /** What varies: one arm for each combination. */
  vary: V
  /**
   * The training set of an arm: rows of `mix`, or what `dataset` wrote. null: this arm is not trained, its base answers.
   * @default no arm is trained
   */
  data?(point: Point<V>): TrainingRow[] | TrainingData | null | PromiseLike<TrainingRow[] | TrainingData | null>
  /** How an arm is trained: base, machine, any setting of `train`. Needed where `data` gives a set. */
  train?(point: Point<V>): Omit<TrainOptions, 'in'>
  /** The model that answers for an arm: `(point, run) => serve(run.checkpoint, { on })`. run is null where nothing was trained. */
  model(point: Point<V>, run: Run | null): Answering | Promise<Answering>
  /** Which arm an arm is compared with: the first, the one before, or the point that a function gives. @default 'first' */
  against?: 'first' | 'previous' | ((point: Point<V>) => Partial<Point<V>> | null)
  /** Where an arm's answers are no measurement of it, why: shown beside every number. */
  standIn?: string
}
