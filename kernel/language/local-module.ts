// A module of the notebook's folder in TypeScript → JavaScript.
import { ts } from './typescript.js'

/** The JavaScript and its map, or what is wrong with the text; neither where nobody compiles. */
export interface CompiledModule {
  js?: string
  /** The "mappings" of its source map. */
  mappings?: string
  /** `line:column message` of the first syntax error. */
  error?: string
}

const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  isolatedModules: true,
  useDefineForClassFields: true,
  esModuleInterop: true,
  jsx: ts.JsxEmit.ReactJSX,
  sourceMap: true,
}

/**
 * As a build would do it: enums, namespaces and decorators work, and an import that is only used as a
 * type needs no `type` before it.
 */
export function compileLocalModule(file: string, text: string): CompiledModule {
  const { outputText, sourceMapText, diagnostics } = ts.transpileModule(text, {
    compilerOptions: { ...OPTIONS, module: file.endsWith('.cts') ? ts.ModuleKind.CommonJS : ts.ModuleKind.ESNext },
    fileName: file,
    reportDiagnostics: true,
  })
  const problem = diagnostics?.find(({ category }) => category === ts.DiagnosticCategory.Error)
  if (problem) {
    const place = problem.file?.getLineAndCharacterOfPosition(problem.start ?? 0) ?? { line: 0, character: 0 }
    const message = ts.flattenDiagnosticMessageText(problem.messageText, ' ')
    return { error: `${place.line + 1}:${place.character + 1} ${message}` }
  }
  const { mappings } = JSON.parse(sourceMapText ?? '{"mappings":""}') as { mappings: string }
  return { js: outputText.replace(/\n?\/\/# sourceMappingURL=.*\s*$/, '\n'), mappings }
}
