// Measurements beside named peers: `npm run bench`, or some of them, `npm run bench -- kernel grade`.
//
// Each test/bench/NAME.mjs is one benchmark, found by its file's name. It exports
//   title      what is measured, as a heading
//   installs   what it downloads, and how large that is
//   minutes    about how long it takes on two cores
//   options    what it takes on the command line, in the form of node:util parseArgs (optional)
//   run(tools) measures, and hands its table to tools.report (./tools/index.mjs says what tools there are)
//
//   npm run bench -- --list     says what there is and measures nothing
import { readdirSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { makeTools } from './tools/index.mjs'
import { describe, machine } from './tools/machine.mjs'

const folder = path.dirname(fileURLToPath(import.meta.url))
const root = path.resolve(folder, '../..')
process.chdir(root)

/** Every benchmark there is: its name and the file it stands in. */
export function benchmarks() {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.mjs') && file !== 'run.mjs')
    .map((file) => ({ name: file.slice(0, -'.mjs'.length), file: path.join(folder, file) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

async function main(args) {
  const known = benchmarks()
  // Names come first, options after them.
  const firstOption = args.findIndex((arg) => arg.startsWith('-'))
  const names = firstOption < 0 ? args : args.slice(0, firstOption)
  const unknown = names.find((name) => !known.some((each) => each.name === name))
  if (unknown !== undefined) refuse(`There is no benchmark ${JSON.stringify(unknown)}.`)
  const chosen = names.length > 0 ? known.filter(({ name }) => names.includes(name)) : known
  const modules = await Promise.all(
    chosen.map(async ({ name, file }) => ({ name, ...(await import(pathToFileURL(file).href)) })),
  )
  const taken = Object.assign({ list: { type: 'boolean', default: false } }, ...modules.map(({ options }) => options))
  const values = read(args.slice(names.length), taken)

  console.log(
    `npm run bench: ${modules.map(({ name }) => name).join(', ')}. Downloads are kept in the cache of the user.`,
  )
  for (const { name, title, installs, minutes } of modules)
    console.log(`  ${name.padEnd(10)} ${title}\n  ${''.padEnd(10)} installs ${installs}; about ${minutes} min`)
  if (values.list) return 0

  const failed = []
  for (const { name, title, run } of modules) {
    const before = machine(root)
    const began = Date.now()
    console.log(`\n== ${name}: ${title}\n${describe(before)}`)
    if (before.load > before.cores / 4)
      console.log(
        `!! load ${before.load}: something else runs here; times will read too long. Measure again when it is quiet.`,
      )
    try {
      await run(makeTools({ root, name, title, machine: before, options: values }))
      console.log(`== ${name} took ${seconds(began)} s`)
    } catch (error) {
      failed.push(name)
      console.log(`== ${name} FAILED after ${seconds(began)} s: ${error?.stack ?? error}`)
    }
  }
  if (failed.length > 0) console.log(`\nfailed: ${failed.join(', ')}`)
  return failed.length > 0 ? 1 : 0

  function read(given, options) {
    try {
      return parseArgs({ args: given, options }).values
    } catch (error) {
      return refuse(error.message.split('. ')[0])
    }
  }
  function refuse(what) {
    console.error(`${what}\n  → npm run bench -- ${known.map(({ name }) => name).join(' | ') || '(none yet)'}`)
    process.exit(2)
  }
}

function seconds(began) {
  return Math.round((Date.now() - began) / 1000)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = await main(process.argv.slice(2))
