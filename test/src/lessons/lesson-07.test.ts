import { describe, it } from 'vitest'
import { walk } from './walk.js'

describe('lesson 07', () => {
  it('07.1: problems until the exact test sees it', () =>
    walk('07.1', {
      right: 490,
      wrong: [
        [470, /normal formula/],
        [530, /number of the table above/],
        [485, /a multiple of ten/],
        [30, /only 5\.3 times in 100/],
        [700, /ten problems fewer/],
        [100_000, /Far too many/],
      ],
    }))

  it('07.2: none of n', () =>
    walk('07.2', {
      right: 381,
      wrong: [
        [100, /solves 3 %/],
        [300, /rule of three/],
        [299, /one time in twenty/],
        [368, /Clopper/],
        [500, /with fewer problems too/],
        [50, /still reaches over/],
        [380.5, /a whole number/],
      ],
    }))
})
