// Tables, figures and views of rows: everything shows itself as the last value of a cell, or by show().

export { type DataFrame, danfo } from './danfo.js'
export { Figure } from './figure.js'
export { type Agreement, type Labelled, type LabelOptions, Labels, label } from './label.js'
export { plot } from './plots/index.js'
export type { LossCurve, LossStep } from './plots/loss.js'
export { type SqlRows, type SqlSource, sql } from './sql.js'
export { type Frame, table } from './table.js'
export { meaning } from './theme.js'
export { view } from './view/index.js'
