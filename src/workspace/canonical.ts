// One spelling for one value, and a short name for it: what journal and recordings use as keys.
import { hash } from 'node:crypto'

/**
 * JSON with the members of every object in alphabetical order and no spaces, so that equal values
 * have equal text. Members that are undefined are left out, as JSON.stringify does; names that are whole numbers
 * come first and in their order, as in every object.
 */
export function canonical(value: unknown): string {
  // Written out by hand: a replacer of JSON.stringify takes three times as long, and every row of a run is named.
  return spelled(value, '') as string
}

/** undefined for what JSON has no spelling for. */
function spelled(value: unknown, name: string): string | undefined {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if ('toJSON' in value && typeof value.toJSON === 'function') {
    const instead: unknown = value.toJSON(name)
    return typeof instead === 'object' && instead !== null ? members(instead) : JSON.stringify(instead)
  }
  return members(value)
}

function members(value: object): string {
  let text = ''
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) text += `${i === 0 ? '' : ','}${spelled(value[i], String(i)) ?? 'null'}`
    return `[${text}]`
  }
  for (const name of inOrder(Object.keys(value))) {
    const member = spelled((value as Record<string, unknown>)[name], name)
    if (member !== undefined) text += `${text === '' ? '' : ','}${JSON.stringify(name)}:${member}`
  }
  return `{${text}}`
}

function inOrder(names: string[]): string[] {
  names.sort()
  const numbered = names.some((name) => name.charCodeAt(0) >= 48 && name.charCodeAt(0) <= 57)
  return numbered ? Object.keys(Object.fromEntries(names.map((name) => [name, 0]))) : names
}

/** The first 32 hex digits of the sha256 of a value's canonical JSON: 128 bits, enough for any number of rows. */
export function keyOf(value: unknown): string {
  return hash('sha256', canonical(value), 'hex').slice(0, 32)
}
