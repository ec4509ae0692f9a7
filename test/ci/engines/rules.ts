// Why a cell may show something else in the tslab engine than in ours. A rule names the reason and says
// what the difference looks like; a cell of the list that differs names its rule.
import { type Compared, differences } from './compare.js'

export interface Rule {
  /** For a reader of both engines: what tslab does, and what ours does. */
  why: string
  /** Whether the difference looks as the rule says. `before` are the cells of the same notebook before it. */
  holds(cell: Compared, before: Compared[]): boolean
}

const only =
  (...parts: string[]) =>
  (cell: Compared) =>
    differences(cell).every((part) => parts.includes(part))
const ours = (pattern: RegExp) => (cell: Compared) => pattern.test(cell.skylab.end)
const theirs = (pattern: RegExp) => (cell: Compared) => pattern.test(cell.tslab.end)
const all =
  (...checks: ((cell: Compared) => boolean)[]) =>
  (cell: Compared) =>
    checks.every((check) => check(cell))
const ok = /^ok$/

export const rules: Record<string, Rule> = {
  'stale closure': {
    why: 'A function of tslab keeps the variables of its own cell: what a later cell assigns never reaches it. Ours has one binding.',
    holds: all(ours(ok), theirs(ok), only('value')),
  },
  'stale value': {
    why: 'Ours says once that a value was made from a name that was redefined since. tslab says nothing.',
    holds: all(ours(ok), theirs(ok), only('stderr'), (cell) => /^note: `.+` is from cell/.test(cell.skylab.stderr)),
  },
  'loop variable': {
    why: 'tslab does not carry on a `var` that is declared in the head of a loop. Ours is a `var` as in a script.',
    holds: all(ours(ok), theirs(/^TS2304: Cannot find name/)),
  },
  'shorthand assignment': {
    why: 'tslab assigns `({ p } = …)` to a name of its cell alone when p is of an earlier cell. Ours assigns to p.',
    holds: all(ours(ok), theirs(ok), only('value')),
  },
  'failed cell': {
    why: 'tslab forgets what a cell declared when it ends in an error. In ours what ran before the error is there.',
    holds: all(ours(ok), theirs(/^TS2304: Cannot find name/)),
  },
  'for await': {
    why: "tslab does not see that `for await` awaits. Ours runs it at a cell's top level.",
    holds: all(ours(ok), theirs(/^(SyntaxError: Unexpected reserved word|ReferenceError: await is not defined)/)),
  },
  'import.meta': {
    why: 'tslab runs scripts, which have none. Ours gives the folder of the notebook.',
    holds: all(ours(ok), theirs(/^SyntaxError: Cannot use 'import.meta'/)),
  },
  export: {
    why: 'tslab adds an export of its own and collides with one in a cell. Ours takes `export` before a declaration as if it were not there.',
    holds: theirs(/^TS(2323|2484|2552): /),
  },
  'own scope': {
    why: "tslab's cells are sloppy functions that see their `exports`. Ours are strict, and see the notebook's names only.",
    holds: all(ours(ok), theirs(ok), only('value')),
  },
  null: {
    why: 'tslab prints no null. Ours shows it; undefined is nothing in both.',
    holds: (cell) => cell.skylab.value === 'null' && cell.tslab.value === '' && only('value')(cell),
  },
  braces: {
    why: 'Braces alone are a block in tslab. Ours reads them as an object where that is possible.',
    holds: all(ours(ok), only('value', 'end', 'place')),
  },
  'name of a result': {
    why: 'tslab keeps the last value in a constant, whose name a nameless function then takes.',
    holds: (cell) => cell.tslab.value.includes('tsLastExpr') && only('value')(cell),
  },
  'namespace of CommonJS': {
    why: 'tslab requires a CommonJS module. Ours imports it, and its namespace also holds `default`.',
    holds: (cell) => cell.skylab.value.includes('default') && only('value')(cell),
  },
  'newer library': {
    why: 'tslab checks against ES2022, although Node has more. Ours checks against what TypeScript 6 knows.',
    holds: all(ours(ok), theirs(/^TS(2339|2550): Property '\w+' does not exist/)),
  },
  'newer syntax': {
    why: "tslab's TypeScript 5.0 cannot read it. Ours can, and writes it so that Node 22 runs it.",
    holds: all(ours(ok), theirs(/^TS1\d\d\d: /)),
  },
  'package exports': {
    why: 'tslab looks for types the old way (Node10), which does not read `exports` of a package. Ours reads them.',
    holds: all(ours(ok), theirs(/^TS2307: Cannot find module/)),
  },
  'ending of an import': {
    why: 'tslab takes no import that ends in .ts. Ours does, as Node does.',
    holds: all(ours(ok), theirs(/^TS5097: /)),
  },
  'checked modules': {
    why: 'tslab refuses a cell whose local module has a type error. Ours checks cells; a module is for its own editor.',
    holds: all(ours(ok), theirs(/^TS\d+: \w+\.ts:\d+:\d+ /)),
  },
  strict: {
    why: 'tslab checks without `strict`. Ours is strict, and here it was told to block (`%types block`); by default it warns.',
    holds: all(ours(/^TS(2322|2454|2564|2683|18048): /), theirs(ok)),
  },
  'TypeScript 6': {
    why: 'The same check has another number or another opinion in TypeScript 5.0 and 6.0.',
    holds: (cell) => cell.skylab.end.startsWith('TS') || cell.tslab.end.startsWith('TS'),
  },
  'import = require': {
    why: "tslab's TypeScript takes no `import x = require('y')` in a module. Ours reads it as a constant.",
    holds: all(ours(ok), theirs(/^TS1202: /)),
  },
  'syntax number': {
    why: "What cannot be read is TypeScript's error with its number in tslab, and a SyntaxError in ours.",
    holds: all(ours(/^SyntaxError: /), theirs(/^TS(1\d\d\d|2451): /)),
  },
  place: {
    why: 'tslab gives no source map; its places are found by aligning the tokens of the cell with what ran, and a name can come out some columns off.',
    holds: (cell) => only('place')(cell) && cell.skylab.place.split(':')[0] === cell.tslab.place.split(':')[0],
  },
  follows: {
    why: 'An earlier cell of the notebook ran in one engine only, or gave another value, and this one shows the consequence.',
    holds: (_, before) => before.some((earlier) => differences(earlier).length > 0),
  },
}
