// File patterns as the cards of datasets write them: *, **, ?, [abc], {a,b}.

/** Files that match any of some patterns, in the order of the list. A pattern without a wildcard is a name. */
export function matching<T extends { path: string }>(files: T[], patterns: string[]): T[] {
  const tests = patterns.map((pattern) => expression(pattern))
  return files.filter(({ path }) => tests.some((test) => test.test(path)))
}

function expression(pattern: string): RegExp {
  let source = ''
  let braces = 0
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern[i]!
    if (char === '*' && pattern[i + 1] === '*') {
      const folders = pattern[i + 2] === '/'
      source += folders ? '(?:.*/)?' : '.*'
      i += folders ? 2 : 1
    } else if (char === '*') source += '[^/]*'
    else if (char === '?') source += '[^/]'
    else if (char === '[' && pattern.indexOf(']', i + 2) > 0) {
      const end = pattern.indexOf(']', i + 2)
      source += `[${pattern
        .slice(i + 1, end)
        .replace(/^!/, '^')
        .replace(/\\/g, '\\\\')}]`
      i = end
    } else if (char === '{') {
      source += '(?:'
      braces++
    } else if (char === '}' && braces > 0) {
      source += ')'
      braces--
    } else if (char === ',' && braces > 0) source += '|'
    else source += char.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
  }
  return new RegExp(`^${source}${')'.repeat(braces)}$`)
}
