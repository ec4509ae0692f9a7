// Graders on the same cases and the same machine: ours, Math-Verify, the report's own rules with their symbolic step
// on real sympy and latex2sympy2, our reading of those rules, and string equality.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

export const title =
  'grading: accuracy by class and pairs/s beside Math-Verify, the rules of the report and string equality'
export const installs = 'math-verify, latex2sympy2, sympy and word2number from PyPI, about 60 MB'
export const minutes = 12

const here = path.dirname(fileURLToPath(import.meta.url))
const LINE = /^(.*?) (<=>|<\/>|=>|=\/>) ?(.*)$/

/** The cases that stand in test/src/grade, both ways where they hold both ways. */
function ownCases() {
  const cases = []
  for (const name of ['numbers', 'forms', 'extraction', 'choices', 'unseen']) {
    let kind = ''
    for (const line of readFileSync(path.join(here, '../src/grade', `${name}.txt`), 'utf8').split('\n')) {
      if (line.startsWith('# ')) kind = line.slice(2)
      const [, gold, relation, pred] = line.startsWith('//') ? [] : (LINE.exec(line) ?? [])
      if (gold === undefined) continue
      const [g, p] = [gold, pred].map((side) => side.replaceAll('⏎', '\n'))
      cases.push({ set: name, kind, gold: g, pred: p, want: !relation.includes('/') })
    }
  }
  return cases
}

/** Cases of the peers' own test suites, without those that the peers themselves disagree about. */
function peersCases(tools) {
  const file = tools.data('grader_cases/grader_cases.dev.jsonl')
  if (!file) return []
  const left = path.resolve(tools.root, '../shared/accept/grade-exclusions.json')
  const excluded = existsSync(left) ? JSON.parse(readFileSync(left, 'utf8')).cases : {}
  return readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
    .filter((one) => !one.contested && !(one.id in excluded))
    .map((one) => ({
      set: 'peers’ suites',
      kind: one.kind,
      id: one.id,
      gold: one.gold,
      pred: one.pred,
      want: one.expected,
    }))
}

const bare = (text) =>
  text
    .replace(/\\boxed\{(.*)\}/s, '$1')
    .replace(/[\s$]|\\left|\\right/g, '')
    .replace(/\\[dt]frac/g, '\\frac')

/** @param {import('./tools/index.mjs').Tools} tools */
export async function run(tools) {
  const { grade } = await import('../../dist/src/index.js')
  const cases = [...ownCases(), ...peersCases(tools)]
  tools.log(
    `${cases.length} cases: ${[...Map.groupBy(cases, ({ set }) => set)].map(([set, of]) => `${of.length} ${set}`).join(', ')}`,
  )

  /** Verdicts and seconds of a grader that reads and writes JSON Lines. */
  const outside = (python, file, wrap) => {
    const input = cases.map((one) => JSON.stringify(wrap(one))).join('\n')
    const began = performance.now()
    const done = spawnSync(python, [path.join(here, 'grade', file)], { input, maxBuffer: 1e9, encoding: 'utf8' })
    const rows = done.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    if (rows.length !== cases.length)
      throw new Error(`${file}: ${rows.length} of ${cases.length} rows\n${done.stderr.slice(-800)}`)
    return { verdicts: rows.map(({ equal }) => equal), seconds: (performance.now() - began) / 1000 }
  }
  const inside = (judge) => {
    for (const one of cases) judge(one)
    const began = performance.now()
    const verdicts = cases.map(judge)
    return { verdicts, seconds: (performance.now() - began) / 1000 }
  }

  // A bare answer is handed over as Math-Verify expects it: the gold between dollars, the prediction in a box.
  const dressed = ({ gold, pred, set }) => ({
    gold: /\$|\\boxed|\\\(|\\\[/.test(gold) ? gold : `$${gold}$`,
    pred: set !== 'extraction' && set !== 'choices' && set !== 'peers’ suites' ? `$\\boxed{${pred}}$` : pred,
  })
  const boxed = ({ gold, pred, set }) => ({
    gold,
    pred: set !== 'extraction' && set !== 'choices' && set !== 'peers’ suites' ? `\\boxed{${pred}}` : pred,
  })
  const graders = {
    skylab: inside(({ gold, pred }) => grade(gold, pred).equal),
    'Math-Verify 0.8.0': outside(
      await tools.python('math-verify', ['math-verify==0.8.0', 'antlr4-python3-runtime==4.13.2']),
      'math-verify.py',
      dressed,
    ),
    'the report’s rules (sympy, latex2sympy2)': outside(
      await tools.python('sky-t1', ['latex2sympy2==1.9.1', 'sympy==1.13.1', 'word2number==1.1', 'setuptools<81']),
      'sky-t1.py',
      boxed,
    ),
    'skylab, policy sky-t1': inside((one) => {
      const { gold, pred } = boxed(one)
      return grade(gold, pred, { policy: 'sky-t1' }).equal
    }),
    'string equality': inside(({ gold, pred }) => bare(gold) === bare(pred)),
  }

  const classes = [...Map.groupBy(cases, ({ set, kind }) => `${set}: ${kind}`).entries()]
  const sets = [...new Set(cases.map(({ set }) => set))]
  const share = (verdicts, pick) => {
    const chosen = cases.map((one, k) => [one, verdicts[k]]).filter(([one]) => pick(one))
    const right = chosen.filter(([one, verdict]) => verdict === one.want).length
    return chosen.length ? `${right}/${chosen.length}` : ''
  }
  const totals = Object.entries(graders).map(([name, { verdicts, seconds }]) => [
    name,
    share(verdicts, ({ want }) => want),
    `${cases.filter(({ want }, k) => !want && verdicts[k]).length}/${cases.filter(({ want }) => !want).length}`,
    ...sets.map((set) => share(verdicts, (one) => one.set === set)),
    Math.round(cases.length / seconds).toLocaleString('en'),
  ])
  const one = graders['the report’s rules (sympy, latex2sympy2)'].verdicts
  const two = graders['skylab, policy sky-t1'].verdicts
  const same = one.filter((verdict, k) => verdict === two[k]).length
  const markdown = [
    tools.markdownTable(['grader', 'equal pairs found', 'unequal pairs accepted', ...sets, 'pairs/s'], totals),
    `The policy \`sky-t1\` and the report’s rules agree on ${same} of ${cases.length} pairs (${((100 * same) / cases.length).toFixed(1)} %); they differ on:`,
    cases
      .flatMap(({ gold, pred }, k) =>
        one[k] === two[k]
          ? []
          : [`\`${gold}\` | \`${pred.replaceAll('\n', ' ')}\`: ${one[k] ? 'equal there' : 'equal here'}`],
      )
      .slice(0, 60)
      .map((line) => `- ${line}`)
      .join('\n'),
    'By class (right of all):',
    tools.markdownTable(
      ['class', ...Object.keys(graders)],
      classes.map(([name]) => [
        name,
        ...Object.values(graders).map(({ verdicts }) => share(verdicts, ({ set, kind }) => `${set}: ${kind}` === name)),
      ]),
    ),
  ].join('\n\n')
  tools.report('grade', markdown, { cases: cases.length, totals, agreement: same / cases.length })
}
