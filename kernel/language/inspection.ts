// What is known of the name at the cursor.

import type { Bundle } from '../session.js'
import { withoutAliases } from './aliases.js'
import { ts } from './typescript.js'

/** The type and what the documentation says first; with detail 1 all of it, and the declaration's own text. */
export function inspection(
  service: ts.LanguageService,
  file: string,
  offset: number,
  detail: 0 | 1,
): Bundle | undefined {
  const at = [offset, offset - 1].find((each) => each >= 0 && service.getQuickInfoAtPosition(file, each))
  const info = at === undefined ? undefined : service.getQuickInfoAtPosition(file, at)
  if (at === undefined || !info) return undefined
  const signature = withoutAliases(ts.displayPartsToString(info.displayParts))
  // What TypeScript says of a name that nobody declared.
  if (signature === 'any') return undefined
  const documentation = withoutAliases(ts.displayPartsToString(info.documentation)).trim()
  const tags = (detail === 1 ? (info.tags ?? []) : []).map(({ name, text }) =>
    `@${name} ${ts.displayPartsToString(text)}`.trim(),
  )
  const source = detail === 1 ? declarationText(service, file, at) : undefined
  const plain = [signature, documentation, tags.join('\n'), source].filter((part) => part)
  const markdown = [fenced(signature), documentation, tags.join('\n\n'), source && fenced(source)].filter(
    (part) => part,
  )
  return { data: { 'text/plain': plain.join('\n\n'), 'text/markdown': markdown.join('\n\n') }, metadata: {} }
}

function fenced(text: string): string {
  return `\`\`\`ts\n${text}\n\`\`\``
}

/** The declaration as it stands in a cell or a module of the notebook's; what is in a package is not repeated. */
function declarationText(service: ts.LanguageService, file: string, at: number): string | undefined {
  const definition = service
    .getDefinitionAtPosition(file, at)
    ?.find(({ fileName }) => !fileName.includes('/node_modules/') && !fileName.endsWith('.d.ts'))
  if (!definition?.contextSpan) return undefined
  const text = service.getProgram()?.getSourceFile(definition.fileName)?.text
  const { start, length } = definition.contextSpan
  return text && withoutAliases(text.slice(start, start + length)).replace(/\n;\s*$/, '')
}
