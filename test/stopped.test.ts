import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { Stopped } from '../src/index.js'

const made = () => new Stopped('bad-call', 'The limit is -1.', 'limit: 10', new Error('inner'))

describe('Stopped', () => {
  it('has the fix before the frames in its stack, and loses none of them', () => {
    const lines = made().stack!.split('\n')
    expect(lines.slice(0, 2)).toEqual(['Stopped: The limit is -1.', '  → limit: 10'])
    expect(lines[2]).toMatch(/^ {4}at made \(.*stopped\.test\.ts/)
    expect(lines.length).toBeGreaterThan(4)
  })

  it('is printed with the cause and the caller’s lines only', () => {
    const text = inspect(made())
    expect(text).toMatch(/^Stopped: The limit is -1\.\n {2}→ limit: 10\n {2}caused by Error: inner\n {4}at made/)
    expect(text).not.toContain('node:internal')
    expect(text).not.toMatch(/src[\\/]stopped\.ts/)
  })

  it('keeps code and fix for a caller', () => {
    expect(made()).toMatchObject({ name: 'Stopped', code: 'bad-call', fix: 'limit: 10', message: 'The limit is -1.' })
    expect(String(made())).toBe('The limit is -1.\n  → limit: 10')
  })
})
