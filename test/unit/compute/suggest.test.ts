import { describe, expect, it } from 'vitest'
import { findNearest } from '../../../src/compute/suggest.ts'

describe('the name that was probably meant', () => {
  it.each([
    ['grosse', 'größe'], ['GROESSE', 'größe'], ['Größe', 'größe'], ['gro\u0308\u00dfe', 'größe'], ['prenom', 'Prénom'], ['PRÉNOM', 'Prénom'], ['wgae', 'wage'],
    ['зарплaта', 'зарплата'], ['İl', 'il'], ['给与', '給与'],
  ])('%s is %s', (wanted, name) => {
    expect(findNearest(wanted, ['größe', 'Prénom', 'wage', 'зарплата', 'il', '給与'])).toBe(name)
  })

  it.each(['', 'height', 'λ', '身長'])('%s is none of them', (wanted) => {
    expect(findNearest(wanted, ['größe', 'Prénom', 'wage', 'зарплата'])).toBeNull()
  })

  it('takes the accents as meant where only they tell two columns apart', () => {
    expect(findNearest('pecheur', ['pêcheur', 'pécheur'])).toBe('pêcheur')
    expect(findNearest('pécheurs', ['pêcheur', 'pécheur'])).toBe('pécheur')
  })
})
