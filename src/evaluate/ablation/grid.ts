// The arms of an ablation: every combination of what varies.

import { Stopped } from '../../stopped.js'

/** What varies, and its values: `{ mix: ['math-only', '+apps'], base: ['7B', '32B'] }`. */
export type Vary = Readonly<Record<string, readonly (string | number | boolean)[]>>

/** One combination: `{ mix: '+apps', base: '7B' }`. */
export type Point<V extends Vary = Vary> = { readonly [K in keyof V]: V[K][number] }

export interface Arm<V extends Vary = Vary> {
  /** '+apps · 7B': the values of what varies. */
  name: string
  point: Point<V>
}

/** The arms of a grid, the last thing that varies fastest. @throws Stopped('bad-call') for nothing that varies. */
export function grid<V extends Vary>(vary: V): Arm<V>[] {
  const names = Object.keys(vary ?? {})
  const empty = names.find((name) => !Array.isArray(vary[name]) || vary[name].length === 0)
  if (names.length === 0 || empty !== undefined)
    throw new Stopped(
      'bad-call',
      names.length === 0 ? 'An ablation varies nothing.' : `vary.${empty} has no values.`,
      "ablation('lr', { vary: { learningRate: [1e-5, 2e-5] }, … })",
    )
  const points = names.reduce<Record<string, string | number | boolean>[]>(
    (some, name) => some.flatMap((point) => vary[name]!.map((value) => ({ ...point, [name]: value }))),
    [{}],
  )
  const arms = points.map((point) => ({ name: nameOf(point), point: point as Point<V> }))
  const twice = arms.find(({ name }, i) => arms.findIndex((other) => other.name === name) < i)
  if (twice) throw new Stopped('bad-call', `Two arms are called ${twice.name}.`, 'Give each value once.')
  return arms
}

/** A number says what it is the number of; a hub id goes without its owner. */
function nameOf(point: Record<string, string | number | boolean>): string {
  return Object.entries(point)
    .map(([name, value]) => (typeof value === 'string' ? value.split('/').at(-1)! : `${name} ${value}`))
    .join(' · ')
}

/** A name as a file's: 'data-mix' and '+apps · 7B' are 'data-mix.apps-7B'. */
export function fileName(ablation: string, arm: string): string {
  return `${ablation}.${arm.replace(/[^\w.]+/g, '-').replace(/^-+|-+$/g, '')}`
}
