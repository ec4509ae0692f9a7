// What a mix was made with, for the card: rows themselves only carry their fate.
import type { TrainingRow } from '../rows.js'
import type { Compared } from './against.js'
import type { PartAccount } from './quota.js'

export interface Recipe {
  /** Name of the preset, where it was one. */
  preset?: string
  /** What each part asked for and got. */
  parts: PartAccount[]
  seed: number
  without: Compared[]
  /** Benchmarks that were named and not compared with. */
  skipped: string[]
  keepDuplicates: boolean
  /** Similarity from which prompts counted as nearly the same; false: they were not looked for. */
  near: number | false
  /** How tokens were counted, where a part asks for a length. */
  tokens?: string
  /** Where it differs from the report. */
  differs: string[]
}

/** Beside the rows and not in them: a row that is written and read again has no recipe, and the card says so. */
const recipes = new WeakMap<TrainingRow, Recipe>()

/** Notes what a row was mixed with. */
export function remember(row: TrainingRow, recipe: Recipe): TrainingRow {
  recipes.set(row, recipe)
  return row
}

/** What rows were mixed with; undefined where they do not come from one mix of this process. */
export function recipeOf(rows: TrainingRow[]): Recipe | undefined {
  const found = new Set(rows.map((row) => recipes.get(row)))
  return found.size === 1 ? [...found][0] : undefined
}
