// The results of the driver as a Markdown table, with what is won and what is lost.
import { markdownTable, median, quantile } from '../tools/measure.mjs'

/** Milliseconds in at most three figures. */
const ms = (value) => (value < 10 ? value.toFixed(1) : value.toFixed(0))
const numbers = (values) => (values ?? []).filter((value) => typeof value === 'number')
/** The middle of the values; undefined where one did not come at all. */
const middle = (values) => (values?.length && numbers(values).length === values.length ? median(values) : undefined)

/** Smaller is better in each; `of` gives the number of one kernel's results, `show` its text. */
const measured = [
  { name: 'start → kernel_info, ms', of: (r) => middle(r.start_ms), show: ms },
  { name: 'start → first result, the cell sent at once, ms', of: (r) => middle(r.at_once_ms), show: ms },
  { name: 'first result of a client that has connected, ms', of: (r) => middle(r.first_ms), show: ms },
  { name: 'warm `1+1`, median, ms', of: (r) => middle(r.warm_ms), show: ms },
  {
    name: 'warm `1+1`, 95th percentile, ms',
    of: (r) => (r.warm_ms ? quantile(numbers(r.warm_ms), 0.95) : undefined),
    show: ms,
  },
  { name: 'a cell that declares, types included, ms', of: (r) => middle(r.declare_ms), show: ms },
  {
    name: 'completion of a variable’s members, ms',
    of: (r) => middle(r.complete_variable_ms),
    show: ms,
    none: 'not found',
  },
  {
    name: 'completion of a literal’s members, ms',
    of: (r) => middle(r.complete_literal_ms),
    show: ms,
    none: 'not found',
  },
  {
    name: '100,000 lines from a loop: lost or late, %',
    of: (r) => r.flood && worst(r.flood, lost),
    show: (v) => (v === 0 ? '0' : v.toFixed(1)),
  },
  { name: '100,000 lines: seconds', of: (r) => flooded(r), show: (v) => v.toFixed(2), none: 'never complete' },
  {
    name: 'hot loop over an earlier cell’s variable, × local',
    of: (r) => hot(r),
    show: (v) => v.toFixed(2),
    none: 'no end',
  },
  { name: 'memory of the process tree after start, MB', of: (r) => r.memory_start?.rss, show: String },
  {
    name: 'the same after 1,000 cells, MB',
    of: (r) => (r.memory_cells?.count === 1000 ? r.memory_cells.after.rss : undefined),
    show: String,
    none: 'not reached',
  },
  { name: 'cells 901 to 1,000, median, ms', of: (r) => middle(r.memory_cells?.last_hundred_ms), show: ms },
]

const behaviours = {
  'error message': 'error with name, message, traceback',
  'error lines': 'traceback names the cell’s lines',
  'types checked': 'a wrong type is reported',
  'late output': 'late output goes to its own cell',
  closures: 'closures see new values',
  'async for': 'top-level `for await`',
  'answers while busy': 'control and heartbeat answer while busy',
  'completes while a cell waits': 'completion while a cell waits',
  stdin: 'asks for input',
  'is_complete invalid': 'tells invalid from incomplete',
  history: 'history',
}

/** What the issue asks of the kernel, by the same results. */
const bars = [
  ['start ≤ 1.2 × Deno', (r) => ratio(middle(r.skylab.start_ms), middle(r.deno?.start_ms)), 1.2],
  ['first result ≤ 100 ms', (r) => middle(r.skylab.first_ms), 100],
  [
    '`1+1` ≤ 4 ms, or ≤ 1.2 × ipykernel',
    (r) => middle(r.skylab.warm_ms),
    (r) => Math.max(4, 1.2 * (middle(r.ipykernel?.warm_ms) ?? 0)),
  ],
  ['completion of a right list ≤ 30 ms', (r) => middle(r.skylab.complete_variable_ms), 30],
  ['100,000 lines complete, in order, ≤ 1 s', (r) => flooded(r.skylab), 1],
  ['hot loop ≤ 1.2 × local', (r) => hot(r.skylab), 1.2],
  ['process tree ≤ 450 MB after start', (r) => r.skylab.memory_start?.rss, 450],
  [
    '≤ 1.2 × that after 1,000 cells',
    (r) => ratio(r.skylab.memory_cells?.after.rss, r.skylab.memory_cells?.before.rss),
    1.2,
  ],
  [
    'every interrupt ends the cell and keeps the variables',
    (r) => (r.skylab.interrupts ? count(r.skylab.interrupts, (i) => !i.kept) : undefined),
    0,
  ],
]

/** The whole report: one row a measure, one column a kernel, and how skylab stands against the best of the others. */
export function table(results, missing = {}) {
  const names = Object.keys(results)
  const present = (measure) => names.some((name) => measure.of(results[name]) !== undefined)
  const rows = measured.filter(present).map((measure) => timeRow(measure, results, names))
  if (names.some((name) => results[name].interrupts)) rows.push(...interruptRows(results, names))
  if (names.some((name) => results[name].behaviour)) rows.push(...behaviourRows(results, names))
  const parts = [markdownTable(['', ...names, 'skylab against the best peer'], rows)]
  for (const [name, fix] of Object.entries(missing)) parts.push(`${name} was not measured: ${fix}.`)
  for (const name of names) if (results[name].dead) parts.push(`${name} did not start: ${results[name].dead.trim()}`)
  parts.push(rounds(results), versions(results))
  if (results.skylab) parts.push(barTable(results))
  return parts.join('\n\n')
}

function timeRow({ name, of, show, none = '–' }, results, names) {
  const values = names.map((kernel) => of(results[kernel]))
  return [name, ...values.map((value) => (value === undefined ? none : show(value))), verdict(values, names)]
}

function verdict(values, names) {
  const mine = values[names.indexOf('skylab')]
  const others = names.flatMap((name, i) =>
    name !== 'skylab' && values[i] !== undefined ? [{ name, value: values[i] }] : [],
  )
  if (others.length === 0) return mine === undefined ? '' : '**win**, alone'
  const best = others.reduce((a, b) => (b.value < a.value ? b : a))
  if (mine === undefined) return `**loss**: ${best.name} does it`
  if (best.value === 0) return mine === 0 ? `level with ${best.name}` : `**loss** to ${best.name}`
  if (mine === 0) return `**win** before ${best.name}`
  const share = mine / best.value
  const how = share < 0.95 ? '**win**' : share <= 1.05 ? 'level' : '**loss**'
  return `${how}, ${share.toFixed(2)} × ${best.name}`
}

function interruptRows(results, names) {
  const kinds = [...new Set(names.flatMap((name) => Object.keys(results[name].interrupts ?? {})))]
  const cells = names.map((name) => {
    const outcomes = results[name].interrupts
    return outcomes ? `${count(outcomes, (each) => each.kept)} of ${Object.keys(outcomes).length}` : '–'
  })
  const slowest = {
    name: 'slowest of those interrupts, ms',
    of: (r) =>
      Math.max(
        ...Object.values(r.interrupts ?? {})
          .filter((each) => each.kept)
          .map((each) => each.ms),
      ),
    show: (value) => (Number.isFinite(value) ? ms(value) : '–'),
  }
  const each = kinds.map((kind) => [
    `&nbsp;&nbsp;${kind}`,
    ...names.map((name) => word(results[name].interrupts?.[kind])),
    '',
  ])
  return [
    ['interrupts that end the cell and keep its variables', ...cells, interruptVerdict(results, names)],
    timeRow(slowest, results, names).with(-1, ''),
    ...each,
  ]
}

/** By the share of interrupts that worked; the Python kernels have fewer ways to hang. */
function interruptVerdict(results, names) {
  const share = (name) => {
    const outcomes = results[name].interrupts ?? {}
    return count(outcomes, (each) => each.kept) / Math.max(1, Object.keys(outcomes).length)
  }
  const others = names.filter((name) => name !== 'skylab' && results[name].interrupts)
  if (!results.skylab?.interrupts || others.length === 0) return ''
  const best = others.reduce((a, b) => (share(b) > share(a) ? b : a))
  const difference = share('skylab') - share(best)
  return difference > 0 ? `**win** before ${best}` : difference < 0 ? `**loss** to ${best}` : `level with ${best}`
}

function word(outcome) {
  if (!outcome) return '–'
  if (outcome.kept) return `${Math.round(outcome.ms)} ms`
  return outcome.died ? 'kernel dies' : outcome.ended ? 'variables lost' : 'never ends'
}

function behaviourRows(results, names) {
  return Object.entries(behaviours).map(([key, label]) => {
    const values = names.map((name) => results[name].behaviour?.[key])
    const mine = values[names.indexOf('skylab')]
    const who = names.filter((name, i) => name !== 'skylab' && values[i])
    const standing = mine
      ? who.length
        ? `level with ${who.join(', ')}`
        : '**win**, alone'
      : who.length
        ? `**loss** to ${who.join(', ')}`
        : 'nobody'
    return [
      label,
      ...values.map((value) => (value === undefined ? '–' : value === null ? 'kernel dies' : value ? 'yes' : 'no')),
      standing,
    ]
  })
}

function barTable(results) {
  const rows = bars.flatMap(([name, of, limit]) => {
    const value = of(results)
    if (value === undefined) return []
    const most = typeof limit === 'function' ? limit(results) : limit
    return [[name, Number(value.toFixed(2)), value <= most ? 'holds' : '**falls short**']]
  })
  return rows.length ? markdownTable(['what is asked of skylab', 'measured', ''], rows) : ''
}

function rounds(results) {
  const n = (key) => Math.max(0, ...Object.values(results).map((r) => r[key]?.length ?? 0))
  return `Medians; n = ${n('start_ms')} starts, ${n('warm_ms')} warm cells, ${n('declare_ms')} declarations, ${n('complete_variable_ms')} completions of each kind, ${n('flood')} floods and hot loops, one run of 1,000 cells; the kernels take turns. Memory is the resident set of all processes, pages that are shared counted in each. skylab checks types in every measure (\`%types warn\`); the Python kernels have no types to check.`
}

function versions(results) {
  return `Measured: ${Object.entries(results)
    .map(([name, r]) => `${name}${r.version ? ` (${r.version})` : ''}`)
    .join(', ')}.`
}

function hot(result) {
  if (!result.hot?.length || result.hot.flat().some((seconds) => seconds === null)) return undefined
  return Math.min(...result.hot.map(([, prior]) => prior)) / Math.min(...result.hot.map(([local]) => local))
}

function flooded(result) {
  if (!result.flood?.length || result.flood.some((each) => lost(each) > 0 || !each.in_order || each.seconds === null))
    return undefined
  return median(result.flood.map(({ seconds }) => seconds))
}

function lost({ share }) {
  return (1 - share) * 100
}

function worst(values, of) {
  return Math.max(...values.map(of))
}

function ratio(a, b) {
  return a === undefined || b === undefined ? undefined : a / b
}

function count(outcomes, is) {
  return Object.values(outcomes).filter(is).length
}
