// A server that asked for patience is asked again when its rest is over, on whichever tick of the clock that is.
import { afterEach, expect, it, vi } from 'vitest'
import { Fleet } from '../../src/sample/fleet/fleet.js'
import { Replica } from '../../src/sample/fleet/replica.js'

afterEach(() => vi.restoreAllMocks())

it('wakes who waits although the rest ended between the look at it and the setting of the alarm', async () => {
  // Half a millisecond goes by with every look at the clock, and none in between.
  let clock = 1000
  vi.spyOn(performance, 'now').mockImplementation(() => (clock += 0.5))
  for (let rest = 0; rest <= 6; rest += 0.25) {
    const replica = new Replica({ url: 'http://127.0.0.1:9/v1' } as never, 1, 1, 1, false)
    const fleet = new Fleet([replica], { look: async () => undefined, patience: 1, start: 1 })
    replica.pace.hold(rest / 1000)
    const given = fleet.turn('a', true, new AbortController().signal).then(() => 'given')
    const late = new Promise<string>((resolve) => setTimeout(resolve, 1000, `never, after a rest of ${rest} ms`))
    expect(await Promise.race([given, late])).toBe('given')
  }
})
