// For the stock tslab kernel: everything that 'skylab' has, and the last value of a cell that can show
// itself is shown by its picture or table. Anywhere else this is 'skylab' and nothing more.
//
// tslab prints the last value of a cell with console.log. It keeps it under a name in the exports of
// the cells until then; where that name is given a setter, what can show itself is shown instead.
import { randomUUID } from 'node:crypto'
import { inspect } from 'node:util'
import { DISPLAY, host, isStockTslab, type MimeBundle } from './host.js'

export * from './index.js'

/** tslab's name of a cell's last value (its converter.js, createLastExprVar). */
const LAST = 'tsLastExpr'

if (isStockTslab()) showLastValues((globalThis as unknown as { __tslab__: { exports: object } }).__tslab__.exports)

/** Catches what cells leave as their last value. Where tslab does it another way one day, values are printed as before. */
function showLastValues(exports: object): void {
  let last: unknown
  const catcher = Object.create(Object.prototype, {
    [LAST]: {
      get: () => last,
      set: (value: unknown) => {
        last = canShowItself(value) && shown(value) ? undefined : value
      },
    },
  })
  delete (exports as Record<string, unknown>)[LAST]
  Object.setPrototypeOf(exports, catcher)
}

interface ShowsItself {
  [DISPLAY](): MimeBundle | Promise<MimeBundle>
}

function canShowItself(value: unknown): value is ShowsItself {
  return typeof (value as Partial<ShowsItself> | null | undefined)?.[DISPLAY] === 'function'
}

/** False where the value failed to show itself: then it is printed. */
function shown(value: ShowsItself): boolean {
  try {
    const made = value[DISPLAY]()
    if (!(made instanceof Promise)) {
      void host().display(made)
      return true
    }
    // tslab does not wait for a picture that takes time: its line of text stands there until it is drawn.
    const id = randomUUID()
    void host().display({ 'text/plain': inspect(value) }, { id })
    made.then(
      (bundle) => host().display(bundle, { id, update: true, final: true }),
      () => {},
    )
    return true
  } catch {
    return false
  }
}
