// Answers for the tests of reformatting.
import type { Problem, Sample } from '../../src/rows.js'

export function row(over: Partial<Sample> = {}): Sample {
  return {
    id: 'set/1',
    source: 'set',
    kind: 'math',
    domain: 'math',
    prompt: 'What is 6 times 7?',
    answer: '42',
    sample: 0,
    model: 'teacher',
    asked: 'What is 6 times 7?',
    text: 'I think.\n\n**Final Answer**\n\nSix times seven is \\boxed{42}.',
    finish: 'stop',
    usage: { prompt: 1, completion: 1 },
    dollars: 0,
    seconds: 1,
    settings: { temperature: 0.7, topP: null, maxTokens: 100, seed: 1, promptSet: 'skylab', promptHash: '0' },
    ...over,
  }
}

export const math = { kind: 'math' } as const
export const python = {
  kind: 'code',
  language: 'python',
  tests: [{ stdin: '1', stdout: '1' }],
} as const satisfies Partial<Problem>
export const block = (code: string, language = 'python') => `\`\`\`${language}\n${code}\n\`\`\``
export const trace =
  'Let me think about it step by step, since the numbers are small. Six sevens are forty two. Wait, is that so? Seven and seven is fourteen, and three times fourteen is forty two. Yes.\n\nSo the answer is \\boxed{42}.'
