// Lines that are for the kernel and not for TypeScript: %types, %%time, name?.

export type TypesSetting = 'off' | 'warn' | 'block'

/** A cell with what was asked of the kernel taken out; line numbers stay. */
export interface MagicCell {
  code: string
  /** `%%time`: say how long the cell took. */
  time: boolean
  /** `%types warn`: from this cell on. */
  types?: TypesSetting
  /** `name?`: what is known of a name. */
  inspect?: string
  /** A line that starts with % and is nothing known. */
  unknown?: string
}

const MAGICS = ['%%time', '%types off|warn|block', 'name?']

/** Reads the magics of a cell. They stand at the start of a line, where TypeScript has no `%`. */
export function parseMagics(code: string): MagicCell {
  const asked = /^\s*([\w$.]+)\?\s*$/.exec(code)
  if (asked) return { code: '', time: false, inspect: asked[1]! }
  const cell: MagicCell = { code, time: false }
  if (!code.includes('%')) return cell
  const lines = code.split('\n')
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at]!.trim()
    if (line === '') continue
    if (!line.startsWith('%')) break
    readMagic(line, cell)
    lines[at] = ''
  }
  cell.code = lines.join('\n')
  return cell
}

function readMagic(line: string, cell: MagicCell): void {
  const types = /^%types\s+(off|warn|block)$/.exec(line)
  if (line === '%%time' || line === '%time') cell.time = true
  else if (types) cell.types = types[1] as TypesSetting
  else
    cell.unknown ??= `${line.split(/\s/)[0]} is no magic of this kernel, or not in this form. Known: ${MAGICS.join(', ')}`
}
