// Versions that are known to work together, and those that are known not to.
//
// LLaMA-Factory 0.9.5 itself refuses transformers outside 4.55.0 to 5.6.0; 0.9.6 takes up to 5.8 and refuses
// 4.57.0 and 5.6.0. Both refuse DeepSpeed above 0.18.4. A driver runs every CUDA of its generation.

/** What was found of a package, and whether it may be used. */
export interface Verdict {
  ok: boolean
  /** What would do, in words. */
  needed: string
}

/** 4.57.0 against 4.57: by the numbers, "rc1" and "+cu130" left out. */
export function compareVersions(a: string, b: string): number {
  const parts = (text: string) => (/^\d+(?:\.\d+)*/.exec(text)?.[0] ?? '0').split('.').map(Number)
  const [left, right] = [parts(a), parts(b)]
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}

const within = (version: string, low: string, high?: string) =>
  compareVersions(version, low) >= 0 && (high === undefined || compareVersions(version, high) <= 0)

export const python = (version: string): Verdict => ({ ok: within(version, '3.11'), needed: '3.11 or later' })

export const torch = (version: string): Verdict => ({ ok: within(version, '2.4'), needed: '2.4 or later' })

export const llamafactory = (version: string): Verdict => ({
  ok: within(version, '0.9.3'),
  needed: '0.9.3 or later (0.9.5 is tested)',
})

export const deepspeed = (version: string): Verdict => ({
  ok: within(version, '0.10', '0.18.4'),
  needed: '0.10 to 0.18.4',
})

/** @param trainer the version of LLaMA-Factory */
export function transformers(version: string, trainer: string): Verdict {
  const later = compareVersions(trainer, '0.9.6') >= 0
  const bad = later ? ['4.57.0', '5.6.0'] : ['4.57.0']
  const highest = later ? '5.8' : '5.6.0'
  return {
    ok: within(version, '4.55', highest) && !bad.some((one) => compareVersions(version, one) === 0),
    needed: `4.55 to ${highest}, not ${bad.join(' or ')}`,
  }
}

/** The oldest driver that runs a CUDA, by NVIDIA's table of minor version compatibility. */
export function driverFor(cuda: string): string | undefined {
  const major = cuda.split('.')[0]
  return { '11': '450.80.02', '12': '525.60.13', '13': '580.65.06' }[major!]
}
