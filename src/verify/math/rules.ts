// What counts as equal beyond the value itself: choices that a task makes, each with its default.

export interface Rules {
  /**
   * What 25% is equal to: `either` 25 or 0.25, only the `number` 25, or only the `fraction` 0.25. Two percentages are
   * compared with each other under all three. @default 'either'
   */
  percent?: 'either' | 'number' | 'fraction'
  /**
   * Whether an answer may leave its unit out (`optional`), must carry it (`required`), or is compared by its number
   * alone (`ignored`). Under the first two another unit of the same quantity is converted, one of another quantity is
   * another answer. @default 'optional'
   */
  units?: 'optional' | 'required' | 'ignored'
  /** Whether the order of a list without brackets counts. That of a tuple always does, that of a set never. @default 'free' */
  order?: 'free' | 'kept'
  /**
   * Significant digits at which a decimal is as good as the exact value: 3 takes 0.333 for 1/3. Without it an exact
   * gold is matched by no rounded decimal, and a decimal gold by what rounds to it at its own digits. @default none
   */
  precision?: number
}

export type Settled = Required<Omit<Rules, 'precision'>> & { precision: number | undefined }

export const DEFAULT_RULES: Settled = { percent: 'either', units: 'optional', order: 'free', precision: undefined }

/** Rules with their defaults filled in. */
export function settledRules(rules: Rules): Settled {
  if (
    rules.percent === undefined &&
    rules.units === undefined &&
    rules.order === undefined &&
    rules.precision === undefined
  )
    return DEFAULT_RULES
  return {
    percent: rules.percent ?? 'either',
    units: rules.units ?? 'optional',
    order: rules.order ?? 'free',
    precision: rules.precision,
  }
}
