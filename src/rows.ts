// The rows of the recipe: what a problem is, and which fields each step adds to it.
//
//   Problem → Sample → Formatted → Judged → TrainingRow          Score
//
// A row gains fields and never loses or overwrites one. A row that is dropped is still a row, with
// the reason in it, so the counts add up at every stage.

/**
 * One test of a program: text in and text out, a call and its value, or an assertion.
 *
 * In `args` and `returns`, `{ $number: '2.0' }` is a number that JavaScript's own would change, and
 * `{ $dict: [[1, 'one']] }` a Python dict whose keys are not text. `given` is code of the problem's own that stands
 * before the program and before the assertion.
 */
export type Test =
  | { stdin: string; stdout: string }
  | { fn: string; args: unknown[]; returns: unknown }
  | { assert: string; given?: string }

export type Language = 'python' | 'javascript' | 'typescript'

/**
 * A special judge, for problems that have several right outputs, as source text: a function
 * `(input, output, expected) => boolean | { ok, why }` in JavaScript or TypeScript, which runs in isolated-vm, or a
 * Python function `check(input, output, expected)` that returns a bool, `(bool, why)` or `{"ok": …, "why": …}`,
 * which runs in the sandbox of Python. For a call, input is the list of arguments and output the value returned.
 */
export interface Checker {
  language: 'javascript' | 'typescript' | 'python'
  source: string
}

export interface Problem {
  /** Unique in a run; `source/name` by convention. */
  id: string
  /** Where it comes from: a dataset's name, or the file's. */
  source: string
  /** How an answer is verified: by value, by tests, by letter. */
  kind: 'math' | 'code' | 'choice'
  /** What it counts as in the mix. Puzzles are science, as in the report's "1k science and puzzle". */
  domain: 'math' | 'code' | 'science'
  /** Finer than `domain`: 'puzzle', 'physics', 'number theory'. */
  subject?: string
  /** The bare question, without any instruction. */
  prompt: string
  /** The right answer (math), or the right letter (choice). */
  answer?: string
  /** The options of a multiple choice question, in the order of their letters A, B, C… */
  choices?: string[]
  language?: Language
  tests?: Test[]
  /** Code that a call-based problem starts from. */
  starter?: string
  checker?: Checker
  /** Why an output that differs from the expected one may be right all the same: it is not judged without a checker. */
  needsChecker?: string
  /** How far a number may be off, absolutely or relative to the expected one, where the problem says so. */
  tolerance?: number
  /** YES and Yes are the same, where the problem says so. */
  ignoreCase?: boolean
  /** Seconds of CPU time for one test. @default 6 */
  timeLimit?: number
  /** Megabytes for one test. @default 512 */
  memoryLimit?: number
  /** 1 (easy) to 10 (hardest), the AoPS scale. */
  difficulty?: number
  licence?: string
  /** Where the row was read: 'hf://datasets/owner/name@commit/path#number', for datasets of the Hub. */
  provenance?: string
}

/** How a sampled answer ended: finished, cut off at the token limit, or never came. */
export type Finish = 'stop' | 'length' | 'error'

export interface Usage {
  /** Tokens of the prompt. */
  prompt: number
  /** Tokens of the answer, reasoning included. */
  completion: number
  /** Tokens of the prompt that the server had in its cache, where it says so: some bill them at less. */
  cached?: number
  /** True where the server's counts are missing or cannot be true, and these are estimated from the text. */
  guessed?: true
}

/** Everything that could change an answer, kept beside it. */
export interface Settings {
  /** null: the server's default. */
  temperature: number | null
  /** null: the server's default. */
  topP: number | null
  maxTokens: number
  seed: number
  /** Name of the prompt set, and the first 16 hex digits of the sha256 of the instruction in it. */
  promptSet: 'skylab' | 'sky-t1' | 'own'
  promptHash: string
}

export interface Sample extends Problem {
  /** 0 … n-1: which of the n samples of its problem. */
  sample: number
  /** Id of the model that answered. */
  model: string
  /** The user turn as it was sent. */
  asked: string
  /** The whole visible answer. Empty where `finish` is 'error'. */
  text: string
  /** Reasoning that the server kept apart from the answer. */
  reasoning?: string
  finish: Finish
  /** What went wrong, where `finish` is 'error'. Never in `text`. */
  failure?: string
  /**
   * Where `sample({ stopLoops })` ended an answer that had begun to loop, in UTF-16 code units of reasoning and text
   * one after the other. `finish` is 'length' then.
   */
  stopped?: { start: number; end: number; period: number; count: number }
  usage: Usage
  /** null where the model has no price. */
  dollars: number | null
  /** Seconds from request to last token. */
  seconds: number
  /** Seconds from request to first token, where the answer was streamed. */
  firstSeconds?: number
  settings: Settings
}

/** How thought and solution were found, or why they could not be. */
export type Format =
  | {
      ok: true
      by: 'markers' | 'split' | 'model'
      model?: string
      /** How the model was asked, and the first 16 hex digits of the sha256 of those words. */
      promptSet?: 'skylab' | 'sky-t1'
      promptHash?: string
      /** Of a rewrite: the share of words and signs that thought and trace have in common, and the places that differ. */
      copy?: { score: number; edits: number }
      /** Of a rewritten program that is not the trace's to the letter: how it differs. */
      program?: string
    }
  | {
      ok: false
      why:
        | 'cut-off'
        | 'no-sample'
        | 'no-answer'
        | 'missing-marker'
        | 'misspelt-marker'
        | 'repeated-marker'
        | 'misplaced-marker'
        | 'empty-section'
        | 'altered-thought'
        | 'two-solutions'
        | 'answer-changed'
        | 'failed'
      detail: string
      /** The model's rewrite that was refused, to look at; never read as an answer. */
      rewrite?: string
    }

export interface Formatted extends Sample {
  format: Format
  /** Present where `format.ok`. */
  thought?: string
  /** Present where `format.ok`. */
  solution?: string
}

export type Verdict =
  | { ok: true; how: string; detail?: string; chosen?: number; tried?: Tried[]; compared?: Compared }
  | {
      ok: false
      why: Why | Extract<Format, { ok: false }>['why']
      detail: string
      chosen?: number
      tried?: Tried[]
      compared?: Compared
    }

/** A fenced block that was judged and did not pass, in the order of judging. */
export interface Tried {
  /** Place among the fenced blocks of the text, from 0. */
  block: number
  why: Why
  /** Tests that it passed before the one that failed. */
  passed: number
}

/** What a verdict on an answer rests on. */
export interface Compared {
  /** The answers as they were found in the gold and in the response. */
  gold: string
  pred?: string
  /** What was read in them: exact values, intervals, sets. */
  goldForm?: string
  predForm?: string
  /** How the answer was found in the response: `boxed`, `stated`, … */
  by?: string
  /** The rule that decided, in words. */
  rule: string
  /** `strict`, `exact` or `sky-t1`. */
  policy: string
}

export type Why =
  | 'wrong'
  | 'no-answer'
  | 'cut-off'
  | 'undecided'
  | 'unparsed'
  | 'time-limit'
  | 'memory-limit'
  | 'output-limit'
  | 'runtime-error'
  | 'compile-error'
  | 'no-tests'
  | 'needs-checker'
  | 'failed'

export interface Judged extends Formatted {
  verdict: Verdict
}

/** What became of a judged row in the mix. */
export type Fate =
  | { kept: true; place: number }
  | {
      kept: false
      why:
        | Why
        | Extract<Format, { ok: false }>['why']
        | 'duplicate'
        | 'near-duplicate'
        | 'second-answer'
        | 'near-benchmark'
        | 'over-quota'
        | 'not-in-mix'
        | 'looping'
      detail: string
    }

/** What a prompt has in common with a question of a benchmark. */
export interface Overlap {
  /** Id of the benchmark's question. */
  item: string
  /**
   * It is the question or holds it whole; has a share of its words; has a stretch of it that is nowhere else; is the
   * same problem with other numbers.
   */
  by: 'whole' | 'share' | 'stretch' | 'numbers'
  /** Share of the question's runs of words that the prompt has, by weight: 0 … 1. */
  share: number
  /** The longest stretch that both have, in words, and as the prompt has it. */
  words: number
  span: string
  /** The question. */
  question: string
}

/** An earlier problem that a problem repeats. */
export interface Twin {
  id: string
  /** Word for word; but for layout and signs; nearly (with the share of runs of words that both have). */
  how: 'exact' | 'normalised' | 'near'
  /** Jaccard similarity of their runs of five tokens: 0 … 1. */
  share: number
}

export interface TrainingRow extends Judged {
  fate: Fate
  /** What it shares with a benchmark. A row that was kept has one where only the numbers differ. */
  overlap?: Overlap
  /** The problem that it repeats. A row that was kept has one where duplicates are kept. */
  twin?: Twin
}

/** What became of one answer of a benchmark. */
export type Outcome = 'right' | Extract<Verdict, { ok: false }>['why']

/** Everything that could change a score, kept beside it. */
export interface ScoreSettings extends Omit<Settings, 'seed'> {
  /** Version of the grader, and how it compared maths. */
  grader: string
  policy?: string
  /** Version of this package. */
  package?: string
  /** Where the answers came from: 'replay', or the base URL without user and password. */
  endpoint?: string
  /** How the model was asked: the name of a preset. */
  preset?: string
  /** What the seeds of the samples were made from. */
  seed?: number
  /** Where the problems came from, the window of their dates, and a hash of what was asked and what counts as right. */
  dataset?: { source: string; from?: string; to?: string; revision?: string; hash: string; drawn?: string }
}

/** One number of an evaluation, never without what it came from. */
export interface Score {
  model: string
  bench: string
  /** Mean over problems of the share of right samples, 0 … 1. */
  value: number
  /** 95 % interval, 0 … 1. */
  low: number
  high: number
  /** Problems, and samples of each. */
  n: number
  k: number
  /** Samples cut off at the token limit; they count as not right, and are shown apart. */
  cutOff: number
  /** Mean tokens of an answer. */
  tokens: number
  /** Dollars of all answers; 0 for a replay, null where nobody knows the price. */
  dollars?: number | null
  settings: ScoreSettings
  /** Right samples of each problem, for paired tests: problem id → share right. */
  byProblem: Record<string, number>
  /** Each problem's answers in the order of their samples: problem id → what became of each. */
  outcomes?: Record<string, Outcome[]>
  /** The same answers sorted into equal ones, as the grader sees them: equal numbers are equal answers, null is none. */
  answers?: Record<string, (number | null)[]>
}

/** Rows as a step takes them. */
export type Rows<T> = Iterable<T> | AsyncIterable<T>
