// check: is the answer to a lesson's exercise right? What is wrong is said, the answer never.
import { inspect } from 'node:util'
import { DISPLAY } from '../host.js'
import { nearest } from '../nearest.js'
import { meaning } from '../show/index.js'
import { Stopped } from '../stopped.js'
import { escapeHtml } from '../workspace/index.js'
import { aFunction, type Exercise, isPromise, type Outcome, received } from './exercise.js'
import { limited, StillRunning } from './limited.js'
import { exercises } from './list.js'

/** What was found. Shows itself: in a notebook as a box, elsewhere as text. */
export class Checked {
  constructor(
    /** '02.1' */
    readonly exercise: string,
    readonly state: 'right' | 'wrong' | 'not answered',
    /** What is wrong with it, what there is to see in it, or what is asked. */
    readonly says: string,
  ) {}

  get ok(): boolean {
    return this.state === 'right'
  }

  toString(): string {
    return `${this.#mark()} ${this.#head()} ${this.says}`
  }

  [inspect.custom](): string {
    return this.toString()
  }

  [DISPLAY](): Record<string, string> {
    const colour = { right: meaning.right, wrong: meaning.wrong, 'not answered': '#7a7a7a' }[this.state]
    return {
      'text/plain': this.toString(),
      'text/html':
        `<div style="border-left:4px solid ${colour};padding:0.3em 0.9em;max-width:46em;line-height:1.5">` +
        `<b><span style="color:${colour}">${this.#mark()}</span> ${escapeHtml(this.#head())}</b> ${code(this.says)}</div>`,
    }
  }

  #mark(): string {
    return { right: '✓', wrong: '✗', 'not answered': '○' }[this.state]
  }

  #head(): string {
    return `${this.exercise} ${{ right: 'Right.', wrong: 'Not yet.', 'not answered': 'Not answered yet.' }[this.state]}`
  }
}

/** Escaped, and what stands between backticks as code. */
function code(text: string): string {
  return escapeHtml(text).replace(/`([^`]+)`/g, '<code>$1</code>')
}

/**
 * Checks the answer to an exercise of a lesson, and says what is wrong with it, never what is right.
 *
 * What is right is computed: from the rows that are passed, or from what comes with the package. A wrong answer, one of
 * the wrong kind, a function that throws and one that does not come back within 5 s are values; nothing stops the notebook.
 *
 * @param name the exercise as the lesson numbers it: '02.1'
 * @param answer a number, text, array or function, as the exercise asks; undefined is "not answered yet"
 * @param rows the rows that the answer is about, where the exercise says that it wants them
 * @throws Stopped('bad-call') for a name that no lesson has
 * @example await check('02.1', answer, raw)
 */
export async function check(name: string, answer?: unknown, rows?: readonly object[]): Promise<Checked> {
  const found = Object.hasOwn(exercises, name) ? (exercises as Readonly<Record<string, Exercise>>)[name] : undefined
  if (found === undefined) throw unknown(String(name))
  const { asks, takes, given } = found
  if (answer === undefined || answer === null) return new Checked(name, 'not answered', asks)
  // Of a function that was asked for there is nothing to say back.
  const got = typeof answer === 'function' && takes === aFunction ? '' : `Received ${received(answer)}. `
  const not = (hint: string) => new Checked(name, 'wrong', got + hint)
  if (!takes.is(answer)) {
    const hint = takes.nearly?.(answer) ?? (isPromise(answer) ? 'It is a promise: put await in front.' : '')
    return not(`Give ${takes.what}. ${hint}`.trim())
  }
  if (given !== undefined && !Array.isArray(rows))
    return not(
      `Pass as third argument ${given}: they are what the answer is judged by.${isPromise(rows) ? ' What was passed is a promise: put await in front.' : ''}`,
    )
  const outcome = await judged(found, answer, rows ?? [])
  return outcome.ok ? new Checked(name, 'right', outcome.note) : not(outcome.hint)
}

/** A function of the learner's that throws is a wrong answer, and its message is the hint. */
async function judged({ judge, given }: Exercise, answer: unknown, rows: readonly object[]): Promise<Outcome> {
  try {
    const judgedBy = typeof answer === 'function' ? limited(answer as (...values: unknown[]) => unknown) : answer
    return await judge(judgedBy as never, rows as never)
  } catch (error) {
    if (error instanceof StillRunning) return { ok: false, hint: error.message }
    // Rows of another stage lack what is looked at.
    if (typeof answer !== 'function' && given !== undefined)
      return { ok: false, hint: `The third argument is not what the exercise needs: pass ${given}.` }
    if (typeof answer !== 'function') throw error
    const said = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
    return { ok: false, hint: `Called with the data of the exercise it threw ${said}` }
  }
}

function unknown(name: string): Stopped {
  const all = Object.keys(exercises)
  const lesson = all.filter((one) => one.split('.')[0] === name.split('.')[0])
  const near = lesson.length > 0 ? lesson : [nearest(name, all) ?? all[0]!]
  return new Stopped(
    'bad-call',
    `No lesson has an exercise ${JSON.stringify(name)}; ${lesson.length > 0 ? `lesson ${name.split('.')[0]} has ${lesson.join(' and ')}` : `there are ${all.join(', ')}`}.`,
    `await check('${near[0]}', answer)`,
  )
}
