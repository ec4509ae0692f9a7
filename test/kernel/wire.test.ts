import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { decode, encode, type Message, newHeader, toCodePoints, toUnits } from '../../kernel/jupyter/wire.js'

const signing = { key: 'a key' }

function message(content: Record<string, unknown>, buffers: Uint8Array[] = []): Message {
  return {
    identities: [Buffer.from('client')],
    header: newHeader('execute_request', 'session'),
    parent: {},
    metadata: {},
    content,
    buffers,
  }
}

describe('wire', () => {
  it('gives back the message that was encoded, with identities and binary buffers', () => {
    const sent = message({ code: 'é 😀 \u2028' }, [Buffer.from([0, 255, 1])])
    expect(decode(encode(sent, signing), signing)).toEqual({
      ...sent,
      signature: expect.stringMatching(/^[0-9a-f]{64}$/),
    })
  })

  it('signs header, parent, metadata and content with HMAC-SHA256, in this order', () => {
    const frames = encode(message({ code: '1' }), signing).map((frame) => Buffer.from(frame))
    const hmac = createHmac('sha256', signing.key)
    for (const part of frames.slice(3, 7)) hmac.update(part)
    expect(frames[1]!.toString()).toBe('<IDS|MSG>')
    expect(frames[2]!.toString()).toBe(hmac.digest('hex'))
  })

  it.each([
    ['another key', { key: 'another key' }],
    ['another algorithm', { key: 'a key', scheme: 'hmac-sha512' }],
  ])('refuses a message signed with %s', (_, other) => {
    expect(decode(encode(message({}), other), signing)).toEqual({ unreadable: 'bad signature' })
  })

  it('refuses a message changed on its way', () => {
    const frames = encode(message({ code: '1' }), signing)
    frames[6] = Buffer.from('{"code":"2"}')
    expect(decode(frames, signing)).toEqual({ unreadable: 'bad signature' })
  })

  it('neither signs nor checks where the key is empty', () => {
    const frames = encode(message({ code: '1' }), { key: '' })
    expect(frames[2]).toHaveLength(0)
    expect(decode(frames, { key: '' })).toMatchObject({ content: { code: '1' } })
  })

  it.each([
    ['no delimiter', [Buffer.from('a'), Buffer.from('b')]],
    ['too few frames', [Buffer.from('<IDS|MSG>'), Buffer.from(''), Buffer.from('{}')]],
    ['no JSON', [Buffer.from('<IDS|MSG>'), Buffer.from(''), ...Array(4).fill(Buffer.from('{'))]],
    ['no message type', [Buffer.from('<IDS|MSG>'), Buffer.from(''), ...Array(4).fill(Buffer.from('{}'))]],
  ])('says why frames are no message: %s', (_, frames) => {
    expect(decode(frames, { key: '' })).toHaveProperty('unreadable')
  })
})

describe('cursor positions', () => {
  it.each([
    ['abc', 2, 2],
    ['😀x', 2, 1],
    ['a😀b😀', 6, 4],
    ['', 0, 0],
  ])('%j: %i UTF-16 units are %i code points', (text, units, points) => {
    expect(toCodePoints(text, units)).toBe(points)
    expect(toUnits(text, points)).toBe(units)
  })

  it('stays inside the text', () => {
    expect(toUnits('ab', 9)).toBe(2)
    expect(toCodePoints('ab', 9)).toBe(2)
  })
})
