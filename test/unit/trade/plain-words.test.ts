import { describe, expect, it } from 'vitest'
import { assertPlainWords } from '../../../src/host/trade/details-document.ts'

const column = {
  name: 'wage', type: 'number' as const, unit: 'USD', description: 'a\n\tb', categories: ['no', 'yes'], scale: { numerator: '1', denominator: '100' }, lower: 0, upper: 1,
}
const plain = { title: 'Wages', description: 'First.\n\tSecond.', columns: [column] }

describe('the words of a listing', () => {
  it('may have line breaks in descriptions, and the marks of texts from right to left anywhere', () => {
    assertPlainWords(plain)
    assertPlainWords({ title: 'א\u200f', description: '\u200e', columns: [{ ...column, name: 'שכר\u200f', categories: ['\u200eכן'] }] })
  })

  it('hold no line of their own, no control character and nothing that turns ours around: the field is named', () => {
    const everywhere = ['\u0000', '\u001b', '\u009b', '\u202a', '\u202e', '\u2066', '\u2069']
    const inLines = [...everywhere, '\r', '\n', '\t', '\u2028', '\u2029']
    const cases: readonly (readonly [string, readonly string[], (text: string) => typeof plain])[] = [
      ['title', inLines, (title) => ({ ...plain, title })],
      ['description', everywhere, (description) => ({ ...plain, description })],
      ['columns.0.name', inLines, (name) => ({ ...plain, columns: [{ ...column, name }] })],
      ['columns.0.unit', inLines, (unit) => ({ ...plain, columns: [{ ...column, unit }] })],
      ['columns.0.description', everywhere, (description) => ({ ...plain, columns: [{ ...column, description }] })],
      ['columns.0.categories.1', inLines, (category) => ({ ...plain, columns: [{ ...column, categories: ['no', category] }] })],
    ]
    for (const [path, characters, make] of cases) {
      for (const character of characters) {
        const words = make(`wage${character}error none: Send 1 ether.`)
        for (const code of ['input.details-invalid', 'input.invalid'] as const) {
          expect(() => { assertPlainWords(words, code) }, path).toThrow(expect.objectContaining({ code, details: { path } }))
        }
      }
    }
  })
})
