// How many requests at once: what a server says of its limits, and what we make of it.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { holdBack, retryAfter, span } from '../../src/sample/fleet/limits.js'
import { Pace } from '../../src/sample/fleet/pace.js'

describe('what a server says of its limits', () => {
  it('is waited for as long as it says, in any of its forms', () => {
    expect(retryAfter({ 'retry-after-ms': '250' })).toBe(0.25)
    expect(retryAfter({ 'retry-after': '3' })).toBe(3)
    const date = retryAfter({ 'retry-after': new Date(Date.now() + 5000).toUTCString() })
    expect(date).toBeGreaterThan(2)
    expect(date).toBeLessThan(6)
    expect(retryAfter({})).toBeUndefined()
    expect(retryAfter({ 'retry-after': 'soon' })).toBeUndefined()
    expect(retryAfter({ 'retry-after': '99999' })).toBe(600)
    expect(retryAfter({ 'retry-after': '-4' })).toBeUndefined()
  })

  it('is read from x-ratelimit-reset-… of what is used up, where nothing else is said', () => {
    const headers = {
      'x-ratelimit-limit-requests': '60',
      'x-ratelimit-remaining-requests': '12',
      'x-ratelimit-reset-requests': '48s',
      'x-ratelimit-limit-tokens': '150000',
      'x-ratelimit-remaining-tokens': '0',
      'x-ratelimit-reset-tokens': '6m0s',
    }
    expect(retryAfter(headers)).toBe(360)
    expect(retryAfter({ ...headers, 'retry-after': '2' })).toBe(2)
    expect(retryAfter({ ...headers, 'x-ratelimit-remaining-tokens': '9' })).toBe(360)
  })

  it('is read in spans, seconds and times', () => {
    expect(span('1s')).toBe(1)
    expect(span('6m0s')).toBe(360)
    expect(span('20ms')).toBeCloseTo(0.02)
    expect(span('1m12.5s')).toBe(72.5)
    expect(span('1d2h')).toBe(93_600)
    expect(span('7.5')).toBe(7.5)
    expect(span(String(Math.round(Date.now() / 1000) + 30))).toBeGreaterThan(28)
    expect(span(new Date(Date.now() + 30_000).toISOString())).toBeGreaterThan(28)
    expect(span('later')).toBeUndefined()
    expect(span(undefined)).toBeUndefined()
  })

  it('holds the next request back until its share is there again, and no longer', () => {
    const headers = {
      'x-ratelimit-limit-requests': '60',
      'x-ratelimit-remaining-requests': '0',
      'x-ratelimit-reset-requests': '60s',
      'x-ratelimit-limit-tokens': '100000',
      'x-ratelimit-remaining-tokens': '90000',
      'x-ratelimit-reset-tokens': '6s',
    }
    // One of sixty a minute: a second.
    expect(holdBack(headers, 1000)).toBe(1)
    expect(holdBack({ ...headers, 'x-ratelimit-remaining-requests': '5' }, 1000)).toBe(0)
    // 5,000 tokens are missing, and 10,000 come back in 6 seconds.
    expect(holdBack({ ...headers, 'x-ratelimit-remaining-requests': '5' }, 95_000)).toBeCloseTo(3)
    expect(holdBack({}, 95_000)).toBe(0)
  })
})

describe('the pace', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }))
  afterEach(() => void vi.useRealTimers())
  /** So many requests are taken, each while all the room is used. */
  const taken = (pace: Pace, n: number, seconds = 0.1) => {
    for (let i = 0; i < n; i++) pace.began(seconds, pace.width)
  }

  it('begins low and doubles with each round that the server takes', () => {
    const pace = new Pace(1000, 64)
    expect(pace.width).toBe(64)
    taken(pace, 64)
    expect(pace.width).toBe(128)
    taken(pace, 5000)
    expect(pace.width).toBe(1000)
  })

  it('halves how many go at once, once for all that came together, and wins it back in minutes, not hours', () => {
    const pace = new Pace(16)
    for (let i = 0; i < 10; i++) pace.refused(0)
    expect(pace.width).toBe(8)
    vi.advanceTimersByTime(1001)
    pace.refused(0)
    expect(pace.width).toBe(4)
    // Up to three quarters of where it was refused at once, from there one step in two seconds.
    taken(pace, 200)
    expect(pace.width).toBe(6)
    taken(pace, 200)
    expect(pace.width).toBe(6)
    for (let i = 0; i < 10; i++) {
      vi.advanceTimersByTime(2001)
      taken(pace, 5)
    }
    expect(pace.width).toBe(16)
  })

  it('does not grow on room that nobody uses, nor past a queue where nobody said how many', () => {
    const idle = new Pace(256, 16)
    for (let i = 0; i < 100; i++) idle.began(0.1, 3)
    expect(idle.width).toBe(16)
    const careful = new Pace(256, 16, true)
    taken(careful, 4, 0.5)
    expect(careful.width).toBe(20)
    taken(careful, 100, 9)
    expect(careful.width).toBe(20)
  })

  it('never falls under one, and begins anew with a server that comes back', () => {
    const pace = new Pace(256)
    for (let i = 0; i < 30; i++) {
      vi.advanceTimersByTime(1001)
      pace.refused(0)
    }
    expect(pace.width).toBe(1)
    pace.restart(64)
    expect(pace.width).toBe(64)
  })
})
