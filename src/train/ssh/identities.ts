// Who the user is to a machine: the agent's keys and the identity files, in OpenSSH's order, and a passphrase
// asked for where a key needs one.
//
// A key is read only when its turn comes, so a passphrase is asked for only where nothing before it was enough.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { AnyAuthMethod, AuthenticationType, NextAuthHandler, ParsedKey } from 'ssh2'
import { host } from '../../host.js'
import { Stopped } from '../../stopped.js'
import type { Target } from './target.js'

/** What the connection wants to know: a person is being asked, the person has answered, nothing more can be tried. */
export interface Asking {
  asking(): void
  asked(): void
  failed(error: Stopped): void
}

/** Keys that were opened with a passphrase, by file and content: a reconnect does not ask again. Memory only. */
const opened = new Map<string, ParsedKey>()

/** How often a passphrase may be mistyped; as ssh. */
const TRIES = 3

/** Gives one way to authenticate after the other, as ssh2 asks for them. */
export async function authentication(
  target: Target,
  asking: Asking,
): Promise<(left: AuthenticationType[] | null, partial: boolean | null, next: NextAuthHandler) => void> {
  const { default: ssh2 } = await import('ssh2')
  const username = target.user
  const plain: AnyAuthMethod[] = []
  const locked: { file: string; text: Buffer }[] = []
  for (const file of target.identities) {
    let text: Buffer
    try {
      text = readFileSync(file)
    } catch {
      continue
    }
    const key = ssh2.utils.parseKey(text)
    if (!(key instanceof Error)) plain.push({ type: 'publickey', username, key: text })
    else if (/encrypted|passphrase/i.test(key.message)) locked.push({ file, text })
  }
  const agent: AnyAuthMethod[] = target.agent ? [{ type: 'agent', username, agent: target.agent }] : []
  const ways = target.identitiesOnly ? [...plain, ...agent] : [...agent, ...plain]

  return (left, _partial, next) => {
    void (async () => {
      const way = ways.shift()
      if (way) return next(way)
      // A server that takes no key at all is not worth a question.
      while (locked.length > 0 && (left === null || left.includes('publickey'))) {
        const key = await open(locked.shift()!)
        if (key) return next({ type: 'publickey', username, key })
      }
      next(false as never)
    })()
  }

  async function open({ file, text }: { file: string; text: Buffer }): Promise<ParsedKey | undefined> {
    const known = opened.get(`${file}\n${text}`)
    if (known) return known
    for (let tries = 0; tries < TRIES; tries++) {
      asking.asking()
      let passphrase: string
      try {
        passphrase = await host().prompt(`Passphrase for ${path.basename(file)} (${target.name}): `, { password: true })
      } catch (error) {
        asking.failed(
          new Stopped(
            'bad-key',
            `The key ${file} has a passphrase, and there is nobody to type it here.`,
            `ssh-add ${file}`,
            error,
          ),
        )
        return undefined
      } finally {
        asking.asked()
      }
      if (passphrase === '') return undefined
      const key = ssh2.utils.parseKey(text, passphrase)
      if (key instanceof Error) continue
      opened.set(`${file}\n${text}`, key)
      return key
    }
    asking.failed(new Stopped('bad-key', `The passphrase for ${file} was wrong ${TRIES} times.`, `ssh-add ${file}`))
    return undefined
  }
}
