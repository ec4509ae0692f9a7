// TypeScript and modules as a script that an isolate runs, with the way back to the lines that were written.

import { createRequire } from 'node:module'
import type TypeScript from 'typescript'

const require = createRequire(import.meta.url)

export interface Stripped {
  text: string
  /** A syntax error, with its line. */
  fault?: string
  /** Lines of a stack as they are in the source. */
  lines: (stack: string) => string
}

const asIs = (stack: string): string => stack

/**
 * A program without its types, and modules as CommonJS. Enums, namespaces, parameter properties and decorators become
 * what they stand for; decorators of the old kind, where the source shows that it means those.
 */
export function stripped(source: string, types: boolean): Stripped {
  const module = /^\s*(?:import\s*[\w*{'"]|export\s*[\w*{])/m.test(source)
  if (!types && !module) return { text: source, lines: asIs }
  const ts = require('typescript') as typeof TypeScript
  const result = ts.transpileModule(source, {
    fileName: types ? 'main.ts' : 'main.js',
    reportDiagnostics: true,
    compilerOptions: {
      target: ts.ScriptTarget.ES2022,
      module: module ? ts.ModuleKind.CommonJS : ts.ModuleKind.None,
      esModuleInterop: true,
      allowJs: true,
      isolatedModules: true,
      sourceMap: true,
      experimentalDecorators: /\bPropertyDescriptor\b|\bdescriptor\b|\bReflect\.|@\w+[^\n]*\n?\s*constructor/.test(
        source,
      ),
    },
  })
  const fault = result.diagnostics?.find(
    (diagnostic) => diagnostic.category === ts.DiagnosticCategory.Error && diagnostic.code < 2000,
  )
  if (fault) {
    const { line } = ts.getLineAndCharacterOfPosition({ text: source } as TypeScript.SourceFileLike, fault.start ?? 0)
    const what = ts.flattenDiagnosticMessageText(fault.messageText, '\n')
    return { text: '', fault: `${what} (line ${line + 1})`, lines: asIs }
  }
  const map = JSON.parse(result.sourceMapText ?? '{"mappings":""}') as { mappings: string }
  // Blank lines in place of what the module wrapper adds: names stay at the top level, lines stay where they are.
  const text = result.outputText
    .replace(/^"use strict";/, '')
    .replace(/^Object\.defineProperty\(exports, "__esModule", \{ value: true \}\);/m, '')
    .replace(/\n\/\/# sourceMappingURL=.*\s*$/, '\n')
  let from: number[] | undefined
  const lines = (stack: string): string =>
    stack.replace(/main\.js:(\d+):\d+/g, (whole, line: string) => {
      from ??= sourceLines(map.mappings)
      const found = from[Number(line) - 1]
      return found === undefined ? whole : `line ${found + 1}`
    })
  return { text, lines }
}

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** The line of the source that each line of the output begins with, from a source map's mappings (base 64 VLQ). */
function sourceLines(mappings: string): number[] {
  const found: number[] = []
  let line = 0
  for (const [at, group] of mappings.split(';').entries()) {
    for (const [k, segment] of group.split(',').entries()) {
      const fields = numbers(segment)
      if (fields.length < 4) continue
      line += fields[2]!
      if (k === 0 || found[at] === undefined) found[at] = line
    }
    // A line that was added has no mapping: it belongs to the one before.
    found[at] ??= found[at - 1] ?? 0
  }
  return found
}

function numbers(segment: string): number[] {
  const out: number[] = []
  let value = 0
  let shift = 0
  for (const digit of segment) {
    const bits = DIGITS.indexOf(digit)
    value += (bits & 31) << shift
    shift += 5
    if (bits & 32) continue
    out.push(value & 1 ? -(value >> 1) : value >> 1)
    value = 0
    shift = 0
  }
  return out
}
