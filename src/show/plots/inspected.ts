// What every figure of repetition asks of its rows.
import { Stopped } from '../../stopped.js'
import { passed, takesRows } from '../../taken.js'

/**
 * @param call How the figure is called, for the one line to type.
 * @throws Stopped 'no-rows' for none, 'bad-data' for a row that was not inspected.
 */
export function checkInspected(rows: readonly { id: string; repeats?: unknown }[], call: string): void {
  takesRows(call, rows, { fix: `${call}(inspectRepeats(samples).rows)` })
  const fix = `${call}(inspectRepeats(samples).rows)`
  if (rows.length === 0) throw new Stopped('no-rows', 'There are no rows to draw.', fix)
  const bare = rows.find((row) => row.repeats === undefined)
  if (bare) throw new Stopped('bad-data', `Row ${bare.id} has no repeats field.`, fix)
}

/**
 * What rows are grouped by: `by` and `over` of a figure, as the text that each row gives.
 *
 * @throws Stopped 'bad-call' where it is no function, or gives neither a text nor a number for a row.
 */
export function groupedBy<Row extends { id: string; model: string }>(
  call: string,
  option: string,
  read: (row: Row) => unknown,
  rows: readonly Row[],
): (row: Row) => string {
  const fix = `${call}(rows, { ${option}: (row) => row.model })`
  if (typeof read !== 'function')
    throw new Stopped('bad-call', `${option} of ${call} is ${passed(read)}, and not a function of a row.`, fix)
  const names = new Map<Row, string>()
  for (const row of rows) {
    const name = read(row)
    if ((typeof name !== 'string' && typeof name !== 'number') || name === '')
      throw new Stopped(
        'bad-call',
        `${option} of ${call} gave ${passed(name)} for the row ${row.id} of ${row.model}; it names the group of every row.`,
        fix,
      )
    names.set(row, String(name))
  }
  return (row) => names.get(row)!
}
