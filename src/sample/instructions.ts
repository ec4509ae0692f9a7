// The short instruction lines that must match other people's data byte for byte. They are facts, not
// prose of ours: a model that was trained on them, and a benchmark that was run with them, expect
// exactly these bytes.
//
// Source: https://github.com/NovaSky-AI/SkyThought, skythought/tools/inference_and_check.py and
// util/task_handlers.py at the release of Sky-T1-32B-Preview (January 2025, "released" below), and the
// task files of its later skythought/evals ("later"). The Python sentences come from the APPS and
// LiveCodeBench handlers, "only include the letter choice" from the one for GPQA-Diamond.

/** Before a mathematics question, later form. */
export const boxed = 'Return your final response within \\boxed{}. '

/** The same with the doubled braces that the released data holds. */
export const boxedReleased = 'Return your final response within \\boxed{{}}. '

/** Before a programming question whose program reads standard input (Python). */
export const stdin =
  'Generate an executable Python function generated from the given prompt. The function should take stdin as input and print the output. Simply call the function after the definition.'

/** Before a programming question that asks for a function (Python). */
export const callBased =
  'Generate an executable Python function generated from the given prompt. Return the function body without invoking it at the final solution.'

/** Before a multiple choice question with four options, later form. */
export const choice =
  'Return your final response within \\boxed{} and only include the letter choice (A, B, C, or D) as your final response. '

/** The same with the doubled braces of the released data. */
export const choiceReleased =
  'Return your final response within \\boxed{{}} and only include the letter choice (A, B, C, or D) as your final response. '

/** Around a question of the TACO dataset. */
export const taco = {
  before: '\nQUESTION:\n',
  stdin: '\nUse Standard Input format',
  callBased: '\nUse Call-Based format',
  after: '\nANSWER:\n',
} as const

/** First 16 hex digits of the sha256 of the system prompt in the rows of NovaSky-AI/Sky-T1_data_17k. */
export const studentSystemHash = 'c5ae4aa0b0d6fcad'
