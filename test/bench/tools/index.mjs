// What a benchmark is handed.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { npm, python } from './installed.mjs'
import { describe } from './machine.mjs'
import * as measure from './measure.mjs'

/**
 * The tools of one benchmark:
 *   root                  the project's folder, which is also the working folder
 *   options               values of the command line
 *   machine               facts of the machine when the benchmark began
 *   data(name)            path of a file or folder of ../shared/data, or of the folder SKYLAB_DATA names;
 *                         undefined where there is none: say so in the table and go on
 *   python(name, list)    path of a Python with these packages from PyPI, kept in the cache
 *   npm(name, list)       path of a folder with these packages from npm, kept in the cache
 *   log(...)              a line on the screen
 *   report(name, markdown, json)   prints the table and writes runs/bench/NAME.md and NAME.json
 *   timed, median, quantile, interleaved, markdownTable    of ./measure.mjs
 */
export function makeTools({ root, title, machine, options }) {
  const log = (...texts) => console.log(...texts)
  return {
    root,
    options,
    machine,
    log,
    ...measure,
    data(name) {
      const file = path.resolve(root, process.env.SKYLAB_DATA ?? '../shared/data', name)
      return existsSync(file) ? file : undefined
    },
    python: (name, packages) => python(name, packages, log),
    npm: (name, packages, how) => npm(name, packages, log, how),
    report(name, markdown, json) {
      const folder = path.join(root, 'runs/bench')
      mkdirSync(folder, { recursive: true })
      const file = path.join(folder, name)
      writeFileSync(`${file}.md`, `# ${title}\n\n${describe(machine)}\n\n${markdown.trim()}\n`)
      writeFileSync(`${file}.json`, `${JSON.stringify({ name, title, machine, results: json }, null, 2)}\n`)
      log(`\n${markdown.trim()}\n\nwritten: ${path.relative(root, file)}.md and .json`)
    },
  }
}
