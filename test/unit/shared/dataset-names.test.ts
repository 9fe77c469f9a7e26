import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isDatasetName, toDatasetName } from '../../../src/shared/dataset-names.ts'

describe('names of datasets', () => {
  it('keeps a name that can stand', () => {
    for (const name of ['wages', 'wages.2024', 'A_b-c', '7']) expect(toDatasetName(name)).toBe(name)
  })

  it('comes as near as it can to what cannot', () => {
    expect(['Gehälter 2024', 'Große Straße', '  pay (final).v2 ', '.hidden', 'résumé', 'Zürich/Süd'].map(toDatasetName))
      .toEqual(['Gehalter-2024', 'Grosse-Strasse', 'pay-final-.v2', 'hidden', 'resume', 'Zurich-Sud'])
    expect(['给料', '---', ''].map(toDatasetName)).toEqual(['', '', ''])
  })

  it('makes of any text a name that can stand, or none', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => {
      const name = toDatasetName(text)
      expect(name === '' || isDatasetName(name), name).toBe(true)
    }))
  })
})
