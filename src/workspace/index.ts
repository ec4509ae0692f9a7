// Where work is kept, and how it runs: step, pool, progress, answers on disk, budget.
export type { Reservation } from './budget.js'
export { canonical, keyOf } from './canonical.js'
export { type Done, pool } from './pool.js'
export { type Aside, Progress, type Tally } from './progress.js'
export { Step, type StepPlan } from './step.js'
export type { StageSummary, Summary } from './summary.js'
export { count, dollars, duration, escapeHtml, number } from './words.js'
export { type OnceOptions, type Outcome, type Workspace, type WorkspaceOptions, workspace } from './workspace.js'
