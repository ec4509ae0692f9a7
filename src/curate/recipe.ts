// What a mix was made with, for the card: rows themselves only carry their fate.
import type { TrainingRow } from '../rows.js'
import type { Quota } from './mix.js'

export interface Recipe {
  quota: Quota
  seed: number
  without: { name: string; problems: number }[]
  keepDuplicates: boolean
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
