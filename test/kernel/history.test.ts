import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { History } from '../../kernel/jupyter/history.js'
import { Publisher } from '../../kernel/jupyter/publisher.js'
import { newHeader } from '../../kernel/jupyter/wire.js'
import { temporaryFolder } from '../tools.js'

describe('history', () => {
  const { folder, remove } = temporaryFolder()
  afterAll(remove)

  it('finds by tail, range and pattern, over sessions', () => {
    const file = path.join(folder, 'h.jsonl')
    const first = new History(file)
    first.add(1, 'one')
    first.add(2, 'two')
    first.add(3, 'one')
    const second = new History(file)
    second.add(1, 'three')
    expect(second.session).toBeGreaterThan(first.session)
    expect(second.tail(2).map(([, , source]) => source)).toEqual(['one', 'three'])
    expect(second.range(-1, 1, 3).map(([, , source]) => source)).toEqual(['one', 'two'])
    expect(second.range(0, 1, 9).map(([, , source]) => source)).toEqual(['three'])
    expect(second.search('*o*', 9, true).map(([, , source]) => source)).toEqual(['two', 'one'])
    expect(second.search('t?o', 9, false).map(([, , source]) => source)).toEqual(['two'])
  })

  it('passes over a torn line, and works on where nothing can be written', () => {
    const history = new History('/proc/nothing/h.jsonl')
    history.add(1, 'kept for now')
    expect(history.tail(1)[0]![2]).toBe('kept for now')
  })
})

describe('publisher', () => {
  it('gathers streams, and keeps order between streams, displays and cells', () => {
    const sent: [string, unknown][] = []
    const publisher = new Publisher({
      publish: async (type, content) => {
        sent.push([type, content.text ?? content.data])
      },
    })
    const [one, two] = [newHeader('execute_request', 's'), newHeader('execute_request', 's')]
    publisher.output({ kind: 'stream', name: 'stdout', text: 'a' }, one, 1)
    publisher.output({ kind: 'stream', name: 'stdout', text: 'b' }, one, 1)
    publisher.output({ kind: 'stream', name: 'stdout', text: 'late' }, two, 2)
    publisher.output({ kind: 'stream', name: 'stderr', text: 'c' }, two, 2)
    publisher.output({ kind: 'result', bundle: { data: { 'text/plain': '1' } } }, two, 2)
    publisher.flush()
    expect(sent).toEqual([
      ['stream', 'ab'],
      ['stream', 'late'],
      ['stream', 'c'],
      ['execute_result', { 'text/plain': '1' }],
    ])
  })
})
