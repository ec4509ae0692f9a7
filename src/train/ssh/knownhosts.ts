// known_hosts: whether a machine's key is the one the user has seen before.
//
// ssh2 leaves this to its caller. The format is that of sshd(8), SSH_KNOWN_HOSTS FILE FORMAT: plain or
// hashed names (HMAC-SHA1), wildcards, negation, [host]:port, @revoked and @cert-authority.
import { createHash, createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'

export type KeyState = 'known' | 'unknown' | 'changed' | 'revoked'

interface KnownKey {
  type: string
  key: string
  revoked: boolean
}

/** The keys that the files hold for a machine. A file that is not there holds none. */
export function knownKeys(files: string[], host: string, port: number): KnownKey[] {
  const name = nameOf(host, port)
  return linesOf(files).flatMap((line) => keyOf(line, name) ?? [])
}

/** Fingerprints of the certificate authorities that the files trust for a machine. */
export function authoritiesFor(files: string[], host: string, port: number): string[] {
  const name = nameOf(host, port)
  return linesOf(files).flatMap((line) => {
    const [marker, names, , key] = line.trim().split(/\s+/)
    return marker === '@cert-authority' && names && key && namesHost(names, name)
      ? [fingerprint(Buffer.from(key, 'base64'))]
      : []
  })
}

function nameOf(host: string, port: number): string {
  return port === 22 ? host.toLowerCase() : `[${host.toLowerCase()}]:${port}`
}

function linesOf(files: string[]): string[] {
  return files.flatMap((file) => {
    try {
      return readFileSync(file, 'utf8').split(/\r?\n/)
    } catch {
      return []
    }
  })
}

function keyOf(line: string, name: string): KnownKey | undefined {
  if (/^\s*(?:#|$)/.test(line)) return undefined
  const fields = line.trim().split(/\s+/)
  const marker = fields[0]!.startsWith('@') ? fields.shift()! : ''
  // ssh2 cannot check a certificate's signature, so an authority's key vouches for nothing here.
  if (marker === '@cert-authority') return undefined
  const [names, type, key] = fields
  if (!names || !type || !key || !namesHost(names, name)) return undefined
  return { type, key, revoked: marker === '@revoked' }
}

function namesHost(names: string, name: string): boolean {
  if (names.startsWith('|1|')) {
    const [, , salt, hash] = names.split('|')
    return (
      createHmac('sha1', Buffer.from(salt ?? '', 'base64'))
        .update(name)
        .digest('base64') === hash
    )
  }
  let found = false
  for (const pattern of names.toLowerCase().split(',')) {
    const negated = pattern.startsWith('!')
    if (!matches(negated ? pattern.slice(1) : pattern, name)) continue
    if (negated) return false
    found = true
  }
  return found
}

function matches(pattern: string, name: string): boolean {
  if (!/[*?]/.test(pattern)) return pattern === name
  const escaped = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
  return new RegExp(`^${escaped}$`).test(name)
}

/** What the files say to the key that a machine shows. */
export function keyState(known: KnownKey[], key: Buffer): KeyState {
  const shown = key.toString('base64')
  const same = known.filter((one) => one.key === shown)
  if (same.some((one) => one.revoked)) return 'revoked'
  if (same.length > 0) return 'known'
  return known.some((one) => !one.revoked && one.type === keyType(key)) ? 'changed' : 'unknown'
}

/** A key names its own type: a length and that many letters. */
export function keyType(key: Buffer): string {
  return key.toString('latin1', 4, 4 + key.readUInt32BE(0))
}

/** As `ssh-keygen -l` prints it. */
export function fingerprint(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`
}

/** Signature algorithms to prefer, so that a machine shows the key that is known and not another of its keys. */
export function preferredAlgorithms(known: KnownKey[]): string[] {
  const types = known.filter((one) => !one.revoked).map((one) => one.type)
  return [
    ...new Set(types.flatMap((type) => (type === 'ssh-rsa' ? ['rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa'] : [type]))),
  ]
}
