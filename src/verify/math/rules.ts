// What counts as equal beyond the value itself: choices that a task makes, each with its default.

import { nearest } from '../../nearest.js'
import { Stopped } from '../../stopped.js'

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

const CHOICES = {
  percent: ['either', 'number', 'fraction'],
  units: ['optional', 'required', 'ignored'],
  order: ['free', 'kept'],
  policy: ['strict', 'exact', 'sky-t1'],
} as const

/** Rules with their defaults filled in. */
export function checkedRules(rules: Rules & { policy?: string }): Settled {
  for (const name of ['percent', 'units', 'order', 'policy'] as const) {
    const value = rules[name]
    if (value === undefined || (CHOICES[name] as readonly string[]).includes(value)) continue
    throw new Stopped(
      'bad-call',
      `${name} is ${JSON.stringify(value)}; it is ${CHOICES[name].map((choice) => `'${choice}'`).join(', ')}.`,
      `{ ${name}: '${nearest(String(value), CHOICES[name]) ?? CHOICES[name][0]}' }`,
    )
  }
  const { precision } = rules
  if (precision !== undefined && !(Number.isInteger(precision) && precision >= 1 && precision <= 15))
    throw new Stopped('bad-call', `precision is ${precision}; it is a whole number from 1 to 15.`, '{ precision: 4 }')
  if (!rules.percent && !rules.units && !rules.order && precision === undefined) return DEFAULT_RULES
  return {
    percent: rules.percent ?? 'either',
    units: rules.units ?? 'optional',
    order: rules.order ?? 'free',
    precision,
  }
}
