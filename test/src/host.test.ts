import { afterEach, describe, expect, it } from 'vitest'
import { bundleOf, DISPLAY, host, liveDisplay, type MimeBundle, show } from '../../src/host.js'

const scope = globalThis as Record<string | symbol, unknown>
const HOST = Symbol.for('skylab.host')

afterEach(() => {
  delete scope[HOST]
  delete scope.__tslab__
  delete scope.Deno
})

/** A host that writes down what it is shown. */
function recorder() {
  const seen: { bundle: MimeBundle; options: unknown }[] = []
  scope[HOST] = {
    display: (bundle: MimeBundle, options: unknown) => void seen.push({ bundle, options }),
    signal: () => new AbortController().signal,
    prompt: async () => 'answer',
  }
  return seen
}

describe('bundleOf', () => {
  it('asks a value for its own forms, also when it takes its time', async () => {
    expect(await bundleOf({ [DISPLAY]: () => ({ 'text/plain': 'now' }) })).toEqual({ 'text/plain': 'now' })
    expect(await bundleOf({ [DISPLAY]: async () => ({ 'text/plain': 'later' }) })).toEqual({ 'text/plain': 'later' })
  })

  it('takes a bundle as it is, and anything else as text', async () => {
    expect(await bundleOf({ 'text/html': '<b>1</b>', 'image/svg+xml': '<svg/>' })).toHaveProperty('text/html')
    expect(await bundleOf('plain')).toEqual({ 'text/plain': 'plain' })
    expect(await bundleOf({ a: 1 })).toEqual({ 'text/plain': '{ a: 1 }' })
    expect(await bundleOf(null)).toEqual({ 'text/plain': 'null' })
    expect(await bundleOf({})).toEqual({ 'text/plain': '{}' })
  })
})

describe('host', () => {
  it('is the one that the kernel sets, before any other', async () => {
    const seen = recorder()
    scope.__tslab__ = { require: () => ({ newDisplay: () => ({ raw: () => expect.unreachable() }) }) }
    await show('hello')
    expect(seen).toEqual([{ bundle: { 'text/plain': 'hello' }, options: undefined }])
  })

  it('replaces what a live display showed, under one id, and says which state is the last', () => {
    const seen = recorder()
    const live = liveDisplay({ 'text/plain': '0 %' })
    live.update({ 'text/plain': '50 %' })
    live.end({ 'text/plain': '100 %' })
    expect(seen.map((one) => one.options)).toEqual([
      { id: live.id },
      { id: live.id, update: true },
      { id: live.id, update: true, final: true },
    ])
    expect(liveDisplay({ 'text/plain': 'other' }).id).not.toBe(live.id)
  })

  it('gives stock tslab the richest type it can show, through one display that updates', () => {
    const shown: [number, string, unknown][] = []
    let displays = 0
    const newDisplay = () => {
      const number = displays++
      return { raw: (type: string, content: unknown) => void shown.push([number, type, content]) }
    }
    scope.__tslab__ = { require: (name: string) => (name === 'tslab' ? { newDisplay } : expect.unreachable()) }
    const live = liveDisplay({ 'text/plain': '0', 'text/html': '<b>0</b>' })
    live.update({ 'text/plain': '1', 'text/html': '<b>1</b>' })
    live.end({ 'text/plain': '2' })
    void host().display({ 'image/png': Buffer.from('png').toString('base64') })
    expect(shown).toEqual([
      [0, 'text/html', '<b>0</b>'],
      [0, 'text/html', '<b>1</b>'],
      [0, 'text/plain', '2'],
      [1, 'image/png', Buffer.from('png')],
    ])
  })

  it("sends Deno's kernel messages with the display id, all types at once", async () => {
    const sent: unknown[] = []
    scope.Deno = { jupyter: { broadcast: async (type: string, content: unknown) => void sent.push([type, content]) } }
    const live = liveDisplay({ 'text/plain': '0' })
    live.update({ 'text/plain': '1' })
    const transient = { display_id: live.id }
    expect(sent).toEqual([
      ['display_data', { data: { 'text/plain': '0' }, metadata: {}, transient }],
      ['update_display_data', { data: { 'text/plain': '1' }, metadata: {}, transient }],
    ])
  })

  it('is a terminal in Deno outside its kernel, where reading Deno.jupyter throws', async () => {
    scope.Deno = Object.defineProperty({}, 'jupyter', {
      get: () => {
        throw new Error('only in the kernel')
      },
    })
    expect(host().signal()).toBeInstanceOf(AbortSignal)
    await expect(host().prompt('name?')).rejects.toMatchObject({ code: 'no-host' })
  })
})
