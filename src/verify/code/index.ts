export { type CodeBlock, candidates, codeBlocks } from './blocks.js'
export { type CodeVerdict, type JudgeOptions, judge, type Reason, type Task, type TestVerdict } from './judge.js'
export { closeRunners, pythonRunner, type RunnerChoice } from './pool.js'
