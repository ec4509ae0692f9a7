// What can stand in the text of an import: packages, their subpaths, builtins, files and folders.
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { builtinModules } from 'node:module'
import path from 'node:path'
import type { Completion, CompletionItem } from '../session.js'
import { matches } from './matching.js'

/** So many items are given at most. */
const LIMIT = 1000
const OPEN = /(?:\bfrom|\bimport|\bimport\s*\(|\brequire\s*\(|\bresolve\s*\()\s*(['"`])([^'"`\n]*)$/
const CODE = /\.(?:[cm]?[jt]sx?)$/
const FILES = /\.(?:[cm]?[jt]sx?|json|node|wasm)$/
/** Packages that cells can import from anywhere. */
const OURS = ['skylab', 'tslab']

/** The completions where the cursor stands in the text of an import; undefined where it does not. */
export function modulePaths(code: string, at: number, folder: string): Completion | undefined {
  const [, quote, typed] = OPEN.exec(code.slice(0, at)) ?? []
  if (quote === undefined || typed === undefined || inComment(code, at)) return undefined
  const rest = code.slice(at)
  const after = /^[^'"`\n]*/.exec(rest)![0]
  // Without the other quote what follows on the line is no part of the text.
  const to = rest[after.length] === quote && !/[\s;,(){}]/.test(after) ? at + after.length : at
  const [before, items] = suggested(typed, folder)
  const word = typed.slice(before)
  const fitting = items.filter(({ text }) => matches(text, word)).slice(0, LIMIT)
  return { from: at - word.length, to, items: fitting }
}

/** Where in the typed text the items begin, and the items. */
function suggested(typed: string, folder: string): [number, CompletionItem[]] {
  if (/^\.{1,2}$/.test(typed)) return [0, typed === '.' ? [directory('./'), directory('../')] : [directory('../')]]
  const slash = typed.lastIndexOf('/') + 1
  if (/^(?:\.{0,2}\/|file:)/.test(typed)) {
    const place = path.resolve(folder, typed.replace(/^file:\/\//, '').slice(0, slash))
    return [slash, files(place)]
  }
  const [name, inside] = packageOf(typed)
  if (inside === undefined) return [0, [...packages(folder), ...builtins()]]
  if (typed.startsWith('node:') || builtinModules.includes(name)) {
    const known = builtins().map(({ text }) => (typed.startsWith('node:') ? text : text.slice('node:'.length)))
    const below = known.filter((text) => text.startsWith(`${name}/`))
    return [name.length + 1, below.map((text) => ({ text: text.slice(name.length + 1), type: 'module' }))]
  }
  const root = packageFolders(folder)
    .map((each) => path.join(each, name))
    .find(isDirectory)
  return root === undefined ? [slash, []] : subpaths(root, typed.slice(name.length + 1), name.length + 1)
}

/** The package of a specifier, and what follows its slash. */
function packageOf(typed: string): [name: string, inside: string | undefined] {
  const parts = typed.split('/')
  const count = typed.startsWith('@') ? 2 : 1
  return [parts.slice(0, count).join('/'), parts.length > count ? parts.slice(count).join('/') : undefined]
}

function packageFolders(folder: string): string[] {
  const found: string[] = []
  for (let at = folder; ; at = path.dirname(at)) {
    found.push(path.join(at, 'node_modules'))
    if (path.dirname(at) === at) return found
  }
}

function packages(folder: string): CompletionItem[] {
  const names = new Set(OURS)
  for (const place of packageFolders(folder)) {
    for (const name of list(place)) {
      if (name.startsWith('.') || name === '@types') continue
      if (!name.startsWith('@')) names.add(name)
      else for (const each of list(path.join(place, name))) names.add(`${name}/${each}`)
    }
  }
  return [...names]
    .filter((name) => !/\/\./.test(name))
    .sort()
    .map((text) => ({ text, type: 'module' }))
}

function builtins(): CompletionItem[] {
  const names = builtinModules.filter((name) => !name.startsWith('_') && !/^(?:sys|punycode)$/.test(name))
  return [...new Set(names.map((name) => (name.startsWith('node:') ? name : `node:${name}`)))]
    .sort()
    .map((text) => ({ text, type: 'module' }))
}

/** What a package lets one import below its name; `start` is where that begins in the typed text. */
function subpaths(root: string, typed: string, start: number): [number, CompletionItem[]] {
  const slash = typed.lastIndexOf('/') + 1
  const { exports } = manifest(root)
  if (exports === undefined || exports === null) return [start + slash, files(path.join(root, typed.slice(0, slash)))]
  const keys = typeof exports === 'object' ? Object.entries(exports).filter(([key]) => key.startsWith('./')) : []
  const paths = keys.flatMap(([key, target]) => (target === null ? [] : expanded(root, key.slice(2), target)))
  const items = new Map<string, CompletionItem>()
  for (const each of paths) {
    if (!each.startsWith(typed.slice(0, slash))) continue
    // As with folders: one step at a time, unless the whole is short enough to be one item.
    items.set(each.slice(slash), { text: each.slice(slash), type: 'module' })
  }
  return [start + slash, [...items.values()].sort((a, b) => (a.text < b.text ? -1 : 1))]
}

/** `lib/*` as the files that it stands for. */
function expanded(root: string, key: string, target: unknown): string[] {
  if (!key.includes('*')) return [key]
  const file = firstTarget(target)
  if (file === undefined || !file.includes('*')) return []
  const [head, tail] = file.split('*') as [string, string]
  const [keyHead, keyTail] = key.split('*') as [string, string]
  const place = path.join(root, head.slice(0, head.lastIndexOf('/') + 1))
  const prefix = head.slice(head.lastIndexOf('/') + 1)
  return below(place, 3)
    .filter((each) => each.startsWith(prefix) && each.endsWith(tail) && !/\.d\.[cm]?ts$/.test(each))
    .map((each) => keyHead + each.slice(prefix.length, each.length - tail.length) + keyTail)
}

/** The file that a condition of `exports` names. */
function firstTarget(target: unknown): string | undefined {
  if (typeof target === 'string') return target
  if (typeof target !== 'object' || target === null) return undefined
  const conditions = target as Record<string, unknown>
  for (const name of ['import', 'node', 'module', 'default', 'require', ...Object.keys(conditions)]) {
    const found = firstTarget(conditions[name])
    if (found !== undefined) return found
  }
  return undefined
}

/** Files below a folder, to a depth. */
function below(folder: string, depth: number): string[] {
  if (depth === 0) return []
  return list(folder).flatMap((name) => {
    if (name.startsWith('.') || name === 'node_modules') return []
    const file = path.join(folder, name)
    return isDirectory(file) ? below(file, depth - 1).map((each) => `${name}/${each}`) : [name]
  })
}

/** Files and folders as an import names them: code without and with its ending. */
function files(folder: string): CompletionItem[] {
  const items: CompletionItem[] = []
  const bare = new Set<string>()
  for (const name of list(folder).sort()) {
    if (name.startsWith('.') || name === 'node_modules') continue
    if (isDirectory(path.join(folder, name))) items.push(directory(name))
    else if (FILES.test(name)) {
      const short = name.replace(/\.d(?=\.[cm]?ts$)/, '').replace(CODE, '')
      if (CODE.test(name) && !bare.has(short)) items.push({ text: short, type: 'module' })
      bare.add(short)
      if (!/\.d\.[cm]?ts$/.test(name)) items.push({ text: name, type: 'file' })
    }
  }
  return items
}

function directory(text: string): CompletionItem {
  return { text, type: 'directory' }
}

function manifest(root: string): { exports?: unknown } {
  try {
    return JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'))
  } catch {
    return {}
  }
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function isDirectory(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isDirectory() ?? false
}

/** A comment on the line, before the cursor. */
function inComment(code: string, at: number): boolean {
  const line = code.slice(code.lastIndexOf('\n', at - 1) + 1, at)
  return /^\s*(?:\/\/|\*|\/\*)/.test(line)
}
