// The Jupyter wire protocol without sockets: frames to messages, messages to frames, and signatures.
//
// https://jupyter-client.readthedocs.io/en/stable/messaging.html#the-wire-protocol (protocol 5.4)
import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto'

/** The version of the messaging protocol that the kernel speaks. */
export const protocolVersion = '5.4'

export interface Header {
  msg_id: string
  session: string
  username: string
  /** ISO 8601. */
  date: string
  msg_type: string
  version: string
}

export type Content = Record<string, unknown>

export interface Message {
  /** Routing frames in front of the delimiter; on iopub, the topic. */
  identities: Uint8Array[]
  header: Header
  /** Header of the message that this one answers; empty where there is none. */
  parent: Header | Record<string, never>
  metadata: Content
  content: Content
  buffers: Uint8Array[]
}

/** A message as it was received. Its signature is empty where messages are not signed. */
export interface Signed extends Message {
  signature: string
}

/** How messages are signed: from `key` and `signature_scheme` of the connection file. An empty key signs nothing. */
export interface Signing {
  key: string
  /** @default 'hmac-sha256' */
  scheme?: string
}

/** Why frames are no message. */
export interface Unreadable {
  unreadable: string
}

const delimiter = '<IDS|MSG>'

/** Reads the frames of one message; frames that are incomplete, not JSON or badly signed are named as such. */
export function decode(frames: Uint8Array[], signing: Signing): Signed | Unreadable {
  const at = frames.findIndex((frame) => frame.length === delimiter.length && text(frame) === delimiter)
  if (at < 0) return { unreadable: `no ${delimiter} among ${frames.length} frames` }
  const [signature, ...rest] = frames.slice(at + 1)
  if (!signature || rest.length < 4) return { unreadable: `only ${frames.length - at - 1} frames after the delimiter` }
  const signed = rest.slice(0, 4)
  if (signing.key && !sameText(text(signature), sign(signed, signing))) return { unreadable: 'bad signature' }
  try {
    const [header, parent, metadata, content] = signed.map((frame) => JSON.parse(text(frame)))
    for (const field of ['msg_type', 'msg_id', 'session'] as const)
      if (typeof header?.[field] !== 'string') return { unreadable: `no ${field} in the header` }
    if (!isObject(parent) || !isObject(metadata) || !isObject(content))
      return { unreadable: 'parent header, metadata or content is no object' }
    const identities = frames.slice(0, at)
    return { identities, header, parent, metadata, content, buffers: rest.slice(4), signature: text(signature) }
  } catch (error) {
    return { unreadable: `not JSON: ${(error as Error).message}` }
  }
}

function isObject(value: unknown): boolean {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}

/** The frames of one message, signed. */
export function encode(message: Message, signing: Signing): Uint8Array[] {
  const parts = [message.header, message.parent, message.metadata, message.content].map((part) =>
    Buffer.from(JSON.stringify(part)),
  )
  const signature = signing.key ? sign(parts, signing) : ''
  return [...message.identities, Buffer.from(delimiter), Buffer.from(signature), ...parts, ...message.buffers]
}

/** A new header with an id of its own. */
export function newHeader(type: string, session: string): Header {
  return {
    msg_id: randomUUID(),
    session,
    username: 'kernel',
    date: new Date().toISOString(),
    msg_type: type,
    version: protocolVersion,
  }
}

function sign(parts: Uint8Array[], { key, scheme = 'hmac-sha256' }: Signing): string {
  const hmac = createHmac(scheme.replace(/^hmac-/, ''), key)
  for (const part of parts) hmac.update(part)
  return hmac.digest('hex')
}

function sameText(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b))
}

function text(frame: Uint8Array): string {
  return Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength).toString('utf8')
}

/** An offset in UTF-16 code units as the protocol counts it, in code points. */
export function toCodePoints(text: string, units: number): number {
  let points = 0
  for (let at = 0; at < Math.min(units, text.length); points++) at += text.codePointAt(at)! > 0xffff ? 2 : 1
  return points
}

/** An offset in code points as JavaScript counts it, in UTF-16 code units. */
export function toUnits(text: string, points: number): number {
  let at = 0
  for (let n = 0; n < points && at < text.length; n++) at += text.codePointAt(at)! > 0xffff ? 2 : 1
  return at
}
