import { describe, expect, it } from 'vitest'
import { candidates } from '../../src/verify/code/index.js'
import { codeBlocks } from '../../src/verify/index.js'

describe('code blocks', () => {
  const text =
    'First:\n```python\na = 1\n```\nOutput:\n```text\n1\n```\n~~~py\nb = 2\n~~~\n  ```\n  c = 3\n  ```\nagain\n```python\na = 1\n```\ncut\n```python\nd = 4'
  it('are all fenced ones, indented and cut off ones, too', () => {
    expect(codeBlocks(text).map((block) => block.code)).toEqual(['a = 1', '1', 'b = 2', 'c = 3', 'a = 1', 'd = 4'])
  })
  it('are candidates from the last, each once, other languages left out', () => {
    expect(candidates(text, 'python').map((block) => block.index)).toEqual([5, 4, 3, 2])
  })
})
