// What every figure of repetition asks of its rows.
import { Stopped } from '../../stopped.js'

/**
 * @param call How the figure is called, for the one line to type.
 * @throws Stopped 'no-rows' for none, 'bad-data' for a row that was not inspected.
 */
export function checkInspected(rows: readonly { id: string; repeats?: unknown }[], call: string): void {
  const fix = `${call}(inspectRepeats(samples).rows)`
  if (rows.length === 0) throw new Stopped('no-rows', 'There are no rows to draw.', fix)
  const bare = rows.find((row) => row.repeats === undefined)
  if (bare) throw new Stopped('bad-data', `Row ${bare.id} has no repeats field.`, fix)
}
