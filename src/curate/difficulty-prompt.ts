// What a model is asked that grades the difficulty of a problem, and what its answer says.
import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import type { Problem } from '../rows.js'
import { Stopped } from '../stopped.js'

/** How the question is put: the system turn, and the user turn for one problem. */
export interface DifficultyPrompt {
  name: 'skylab' | 'sky-t1'
  /** First 16 hex digits of the sha256 of its words. */
  hash: string
  system: string
  ask(problem: Pick<Problem, 'prompt'>): string
}

const SYSTEM = 'You grade how hard a mathematics problem is.'

/** The scale of the Art of Problem Solving community (https://artofproblemsolving.com/wiki/index.php/AoPS_Wiki:Competition_ratings), in our words. */
const SCALE = `1    first problems of contests for middle schools: one idea, arithmetic or a simple equation
2    harder problems of such contests, easy ones of AMC 10 and 12: two steps, school knowledge
3    middle problems of AMC 10 and 12, easy AIME: several steps, some of them not routine
4    last problems of AMC 12, early and middle AIME: an insight beside sound technique
5    middle and late AIME, easy first problems of national olympiads: a proof or a long solution
6    last problems of AIME, first problems of national olympiads, easy first problems of the IMO
7    second problems of national olympiads, first and fourth problems of the IMO
8    hard second problems of national olympiads, second and fifth problems of the IMO
9    third problems of national olympiads, third and sixth problems of the IMO
10   problems of the IMO that hardly anybody solved`

const ASK = (
  problem: string,
): string => `Grade the difficulty of the problem between the lines of equals signs, from 1 to 10, on this scale of contest problems (halves between two levels are allowed):

${SCALE}

==========
${problem}
==========

Do not solve it. Say in one or two sentences which knowledge and which ideas it needs, then end with the level in double square brackets, like [[3]] or [[6.5]].`

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16)

/** Our own words, with the original's requirements: the AoPS scale from 1 to 10, no solution, the level as [[level]]. */
export const skylabDifficulty: DifficultyPrompt = {
  name: 'skylab',
  hash: hashOf(`${SYSTEM}\n${ASK('')}`),
  system: SYSTEM,
  ask: ({ prompt }) => ASK(prompt),
}

/** sha256 of the two texts of scripts/prompts.py as Python reads them (SkyThought, from January 2025 to its last commit 0d190f1). */
const ORIGINAL = { grading_prompt: 'b79b2159156202d8', aops_criteria: '3ff8a115abf7eab4' }
const ORIGINAL_SYSTEM = 'You are a math problem difficulty labeler.'

/**
 * The report's own words, which we do not reprint: read from a checkout of SkyThought, or from its scripts/prompts.py.
 *
 * @throws Stopped 'no-file'; 'bad-data' where the words are not those that labelled the data.
 */
export async function skyT1Difficulty(checkout: string): Promise<DifficultyPrompt> {
  const isFolder = await stat(checkout).then(
    (it) => it.isDirectory(),
    () => false,
  )
  const file = isFolder ? path.join(checkout, 'scripts', 'prompts.py') : checkout
  const source = await readFile(file, 'utf8').catch((error) => {
    throw new Stopped(
      'no-file',
      `There is no file ${file} (${error.code}).`,
      'git clone https://github.com/NovaSky-AI/SkyThought, and name its folder',
      error,
    )
  })
  const texts = Object.fromEntries(
    Object.entries(ORIGINAL).map(([name, wanted]) => {
      const text = pythonText(source, name)
      if (text !== undefined && hashOf(text) === wanted) return [name, text]
      const found =
        text === undefined ? 'it has no such text' : `its sha256 begins with ${hashOf(text)}, not with ${wanted}`
      throw new Stopped(
        'bad-data',
        `${name} in ${file} is not the one that labelled the data: ${found}.`,
        'Use SkyThought at commit 0d190f1, or our own words: leave out { prompt }',
      )
    }),
  ) as Record<keyof typeof ORIGINAL, string>
  return {
    name: 'sky-t1',
    hash: hashOf(`${ORIGINAL_SYSTEM}\n${texts.grading_prompt}\n${texts.aops_criteria}`),
    system: ORIGINAL_SYSTEM,
    ask: ({ prompt }) =>
      texts.grading_prompt.replace('{aops_criteria}', () => texts.aops_criteria).replace('{problem}', () => prompt),
  }
}

/** A text that a Python file gives a name, in plain double quotes; undefined where there is none. */
function pythonText(source: string, name: string): string | undefined {
  const found = new RegExp(`^${name} = "((?:[^"\\\\]|\\\\[\\s\\S])*)"`, 'm').exec(source)?.[1]
  const escapes: Record<string, string> = {
    n: '\n',
    t: '\t',
    r: '\r',
    b: '\b',
    f: '\f',
    v: '\v',
    a: '\x07',
    '\n': '',
    '\\': '\\',
    '"': '"',
    "'": "'",
  }
  // Python leaves a backslash before any other letter as it is.
  return found?.replace(/\\([\s\S])/g, (whole, char: string) => escapes[char] ?? whole)
}

/** The level that an answer names: the first [[number]], else the first [number]; undefined where it has none. */
export function levelIn(text: string): number | undefined {
  const found = /\[\[(\d+\.?\d*)\]\]/.exec(text) ?? /\[(\d+\.?\d*)\]/.exec(text)
  return found ? Number(found[1]) : undefined
}
