import { expect, it } from 'vitest'
import { Converter } from '../../kernel/language/converter.js'

it('has a new thread after a restart, where the old one has ended', async () => {
  const converter = new Converter(process.cwd())
  expect(await converter.convert('const a = 1')).toMatchObject({ ok: true })
  await converter.close()
  await expect(converter.convert('a')).rejects.toThrow('%reset -f')
  await converter.reset()
  expect(await converter.convert('const a = 2')).toMatchObject({ ok: true, cell: { declares: ['a'] } })
  await converter.close()
})
