// The little YAML that LLaMA-Factory's settings need: `key: value` lines, comments, and lists of words.
//
// Written and read here rather than with a package: the writer keeps the comments that tell a person
// why a value is what it is, and the practice machine reads no more than the writer writes.

export type Scalar = string | number | boolean | null
export type Value = Scalar | Scalar[]

/** A line of the file: a heading, or a setting with the reason for its value. */
export type Line = { heading: string } | { key: string; value: Value; why?: string }

/** The lines as YAML text, in their order. */
export function writeYaml(lines: Line[]): string {
  const out: string[] = []
  for (const line of lines) {
    if ('heading' in line) out.push(...(out.length ? [''] : []), `### ${line.heading}`)
    else out.push(`${line.key}: ${scalars(line.value)}${line.why ? `  # ${line.why}` : ''}`)
  }
  return `${out.join('\n')}\n`
}

function scalars(value: Value): string {
  return Array.isArray(value) ? `[${value.map(scalar).join(', ')}]` : scalar(value)
}

function scalar(value: Scalar): string {
  if (typeof value === 'number') return number(value)
  if (typeof value !== 'string') return String(value)
  // Anything that YAML could take for something else than a word goes in double quotes, which JSON writes alike.
  const word = /^[A-Za-z_./][\w./ +@-]*$/.test(value) && !/\s$/.test(value)
  const other = /^(?:true|false|yes|no|on|off|null|y|n|\.inf|\.nan)$/i.test(value)
  return word && !other ? value : JSON.stringify(value)
}

/** YAML 1.1 reads `1e-5` as a word; a number needs the point. Rates are easier to compare as 2.0e-5 than as 0.00002. */
export function number(value: number): string {
  const text = value !== 0 && Math.abs(value) < 1e-3 ? value.toExponential() : String(value)
  return text.includes('e') && !text.includes('.') ? text.replace('e', '.0e') : text
}

/**
 * The settings of a flat YAML file.
 *
 * @throws SyntaxError with the line, for anything but comments and `key: value`
 */
export function readYaml(text: string): Record<string, Value> {
  const out: Record<string, Value> = {}
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (/^\s*(?:#.*)?$/.test(line) || line === '---') continue
    const found = /^([A-Za-z_]\w*):(?:\s+(.*))?$/.exec(line)
    if (!found) throw new SyntaxError(`line ${index + 1} is not \`key: value\`: ${line}`)
    const key = found[1]!
    if (key in out) throw new SyntaxError(`line ${index + 1}: \`${key}\` stands twice`)
    out[key] = parse(withoutComment(found[2] ?? ''))
  }
  return out
}

function withoutComment(text: string): string {
  const quoted = /^("(?:[^"\\]|\\.)*"|'(?:[^']|'')*')\s*(?:#.*)?$/.exec(text)
  return quoted ? quoted[1]! : text.replace(/(?:^|\s+)#.*$/, '').trim()
}

function parse(text: string): Value {
  const list = /^\[(.*)\]$/.exec(text)
  if (list) return list[1]!.trim() === '' ? [] : list[1]!.split(',').map((item) => parse(item.trim()) as Scalar)
  if (text.startsWith('"')) return JSON.parse(text) as string
  if (text.startsWith("'")) return text.slice(1, -1).replaceAll("''", "'")
  if (text === '' || text === 'null' || text === '~') return null
  if (/^(?:true|false)$/i.test(text)) return text.toLowerCase() === 'true'
  if (/^[-+]?(?:\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+)$/.test(text) && !/^[-+]?\d+[eE]/.test(text)) return Number(text)
  return text
}
