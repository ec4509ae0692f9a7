// A cell as TypeScript's tree.
import { ts } from './typescript.js'

/** Parses a cell as a module, whether or not it imports: so that `await (x)` at its top level awaits. */
export function parseCell(code: string): ts.SourceFile {
  const options: ts.CreateSourceFileOptions = {
    languageVersion: ts.ScriptTarget.ESNext,
    setExternalModuleIndicator: (file) => {
      ;(file as unknown as { externalModuleIndicator: unknown }).externalModuleIndicator = true
    },
  }
  return ts.createSourceFile('cell.ts', code, options, true, ts.ScriptKind.TS)
}

/** What the parser found wrong. */
export function parseProblems(source: ts.SourceFile): readonly ts.DiagnosticWithLocation[] {
  return (source as unknown as { parseDiagnostics: ts.DiagnosticWithLocation[] }).parseDiagnostics
}

/** `{a: 1}` alone is meant as an object, where it can be read as one and not better as a block. */
export function asExpression(code: string): string | undefined {
  const bare = code.trim()
  if (!bare.startsWith('{') || !bare.endsWith('}')) return undefined
  const text = `(${code})`
  const source = parseCell(text)
  return parseProblems(source).length === 0 ? text : undefined
}
