// Files between here and a far machine: by content, resumed, verified on both ends, with what is left shown.
import { mkdirSync, renameSync, rmSync, statSync } from 'node:fs'
import path from 'node:path'
import { host, type LiveDisplay, liveDisplay } from '../host.js'
import { Stopped } from '../stopped.js'
import { duration } from '../workspace/index.js'
import { sha256Of } from './data.js'
import type { Machine } from './ssh/far.js'
import { quote } from './ssh/shell.js'

/** Bytes from which on a transfer is shown. */
const SHOWN = 4_000_000

/** Shell that prints the sha256 of a file, or nothing where there is none. OpenSSL's is five times as fast as sha256sum. */
export function hashOf(file: string): string {
  const name = quote(file)
  return `if [ -f ${name} ]; then { openssl dgst -sha256 -r < ${name} 2>/dev/null || sha256sum < ${name} 2>/dev/null || shasum -a 256 < ${name}; } | cut -c 1-64; fi`
}

/** Puts its input behind what is in a file and prints the sha256 of all of it: read once, by one process. */
const PYTHON = `import hashlib, os, sys
sha = hashlib.sha256()
block = bytearray(1 << 20)
view = memoryview(block)
with open(sys.argv[1], "ab+") as file:
  file.seek(0)
  for count in iter(lambda: file.readinto(block), 0): sha.update(view[:count])
  for count in iter(lambda: os.readv(0, [block]), 0):
    file.write(view[:count])
    sha.update(view[:count])
print(sha.hexdigest())`

/** Shell that receives a file and sets $sum to its sha256. The system's own Python: others may start slowly. */
function receiving(part: string): string {
  const python = '/usr/bin/python3 -I -S -c'
  return `if ${python} 'import hashlib' 2>/dev/null; then sum=$(${python} ${quote(PYTHON)} ${quote(part)}) || exit 1
else cat >> ${quote(part)} || exit 1; sum=$(${hashOf(part)}); fi`
}

export interface Sent {
  local: string
  /** Hash of the file, hex. */
  sha256: string
  /** Where it is to be, absolute. */
  remote: string
  /** Folder of what was sent, by content. Its files are linked to where they are wanted. */
  store: string
  /** Who sends: two launchers at once must not write into one file. */
  sender: string
}

/** What is run on the far machine before a file is sent, and to receive it, with the name of what has come in part. */
export function sendScripts({ sha256, remote, store, sender }: Omit<Sent, 'local'>): {
  part: string
  before: string
  receive: string
} {
  const kept = `${store}/${sha256}`
  const part = `${kept}.${sender}.part`
  const place = `rm -f ${quote(remote)} && { ln ${quote(kept)} ${quote(remote)} 2>/dev/null || cp ${quote(kept)} ${quote(remote)}; } && echo placed`
  // All by one command, which a connection that breaks begins anew: each that is started costs a login shell.
  const before = `mkdir -p ${quote(store)}
if [ "$(${hashOf(remote)})" = ${sha256} ]; then echo placed; exit; fi
if [ "$(${hashOf(kept)})" = ${sha256} ]; then { ${place}; } || exit 1; exit; fi`
  const receive = `${receiving(part)}
if [ "$sum" = ${sha256} ]; then mv ${quote(part)} ${quote(kept)} && ${place} || exit 1; else rm -f ${quote(part)}; fi`
  return { part, before, receive }
}

/**
 * Puts a file on the far machine. What is there with the right hash is not sent again, whichever job it was
 * sent for; what was sent in part is gone on with; what has come is verified there.
 *
 * @throws Stopped('bad-data') where it does not arrive as it was sent, 'disk' where there is no room for it
 */
export async function sendFile(far: Machine, file: Sent): Promise<void> {
  const { local } = file
  const { part, before, receive } = sendScripts(file)
  const signal = host().signal()
  const shown = new Transfer(`sending ${path.basename(local)}`, statSync(local).size)
  try {
    for (const _ of ['once', 'again']) {
      const said = await far.send(local, part, {
        patience: 300,
        signal,
        before,
        receive,
        onBytes: (bytes) => shown.at(bytes),
      })
      if (/^placed$/m.test(said)) return
    }
  } finally {
    shown.end()
  }
  const here = await sha256Of(local)
  throw new Stopped(
    'bad-data',
    `${path.basename(local)} did not arrive as it was sent (here its sha256 is ${here.slice(0, 12)}…).`,
    'train(data, { … }) once more',
  )
}

/**
 * Brings a file here, going on with what an earlier call brought, and verifies it.
 *
 * @param onBytes told how many of its bytes are here
 * @throws Stopped('no-file') where it cannot be read, or changed while it was fetched
 */
export async function fetchFile(
  far: Machine,
  remote: string,
  local: string,
  onBytes?: (bytes: number) => void,
): Promise<string> {
  const part = `${local}.part`
  const signal = host().signal()
  mkdirSync(path.dirname(local), { recursive: true })
  const hash = async () => (await far.exec(hashOf(remote), { signal })).stdout.toString().trim()
  if (statSync(local, { throwIfNoEntry: false })?.isFile() && (await sha256Of(local)) === (await hash())) return local
  for (const again of [true, false]) {
    await far.fetch(remote, part, { patience: 120, signal, ...(onBytes ? { onBytes } : {}) })
    if ((await hash()) === (await sha256Of(part))) break
    rmSync(part, { force: true })
    if (!again) {
      const name = path.posix.basename(remote)
      throw new Stopped('no-file', `${name} changed while it was fetched.`, `run.fetch('**/${name}')`)
    }
  }
  renameSync(part, local)
  return local
}

export function cannotWrite(dir: string, stderr: string): Stopped {
  // dash's own printf calls a full disk an I/O error.
  const full = /no space left|quota exceeded|I\/O error/i.test(stderr)
  return new Stopped(
    full ? 'disk' : 'no-file',
    `The job's folder ${dir} cannot be written: ${stderr.trim() || 'no reason given'}`,
    "train(data, { …, folder: '/a/folder/of/mine' })",
  )
}

/** How far a transfer is, on one line: at most four times a second, and only where it takes a while. */
export class Transfer {
  readonly #began = performance.now()
  readonly #what: string
  readonly #size: number
  #display: LiveDisplay | undefined
  #first: number | undefined
  #done = 0
  #drawn = 0

  /** @param what `sending train.json` @param size bytes in all */
  constructor(what: string, size: number) {
    this.#what = what
    this.#size = size
  }

  at(bytes: number): void {
    this.#first ??= bytes
    this.#done = bytes
    if (this.#size < SHOWN || performance.now() - this.#drawn < 250) return
    this.#drawn = performance.now()
    const shown = { 'text/plain': this.#line(false) }
    if (this.#display) this.#display.update(shown)
    else this.#display = liveDisplay(shown)
  }

  end(): void {
    this.#display?.end({ 'text/plain': this.#line(true) })
  }

  #line(ended: boolean): string {
    const seconds = (performance.now() - this.#began) / 1000
    const rate = (this.#done - (this.#first ?? 0)) / Math.max(seconds, 0.001)
    const left = rate > 0 && !ended ? ` · ${duration((this.#size - this.#done) / rate)} left` : ''
    const kept = this.#first ? ` · ${bytesText(this.#first)} were there` : ''
    return `${this.#what}  ${bytesText(this.#done)} / ${bytesText(this.#size)} · ${bytesText(rate)}/s${left}${kept}`
  }
}

/** 12345678 as "12 MB". */
function bytesText(bytes: number): string {
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(1)} GB`
  if (bytes >= 1e6) return `${(bytes / 1e6).toFixed(0)} MB`
  return `${(bytes / 1e3).toFixed(0)} kB`
}
