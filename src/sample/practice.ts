// The models of the default run: they answer from recordings that come with the package, without a network.

import { fixture } from '../fixtures.js'
import { type Model, model } from './model.js'

const replayed = (id: string, file: string) => () => model(id, { replay: fixture(`recordings/${file}.jsonl`) })

/**
 * The models behind the practice problems, each a function that gives a Model:
 *
 * - `practice.teacher()`: answers in the manner of QwQ-32B-Preview, written for this project; two for each problem.
 * - `practice.reformatter()`: rewrites of those answers, written for this project; a few of them bad.
 * - `practice.small()`: answers of a real small model, Gemma 3 270M, recorded; four for each problem.
 * - `practice.walks('base' | 'answers' | 'traces')`: a tiny Qwen2 before and after two fine-tunes, recorded: lesson 06.
 *
 * @throws Stopped('no-file') where the package was installed without its recordings.
 */
export const practice: Readonly<Record<'teacher' | 'reformatter' | 'small', () => Model>> & {
  readonly walks: (which: 'base' | 'answers' | 'traces') => Model
} = {
  teacher: replayed('practice-teacher', 'teacher'),
  reformatter: replayed('practice-reformatter', 'reformatter'),
  small: replayed('gemma-3-270m', 'small'),
  walks: (which) =>
    model(`walks-${which}`, {
      replay: fixture('recordings/walks.jsonl'),
      system: 'Think step by step, then give the solution.',
    }),
}
