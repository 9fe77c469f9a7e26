import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createHelpStore, type Help } from '../../../src/host/ledger/help-store.ts'
import { createSourceStore } from '../../../src/host/ledger/source-store.ts'
import { createVault } from '../../../src/host/secrets/vault.ts'
import { openProfileDatabase } from '../../../src/host/storage/database.ts'

const place = { chainId: 31337, contract: `0x${'22'.repeat(20)}`, purchase: 7n }
const [first, second] = [{ ...place, buyer: `0x${'aA'.repeat(20)}` }, { ...place, buyer: `0x${'bB'.repeat(20)}` }]

const stage = () => {
  const database = openProfileDatabase(':memory:')
  const helped = createHelpStore(database)
  const store = createSourceStore(database, createVault(randomBytes(32)))
  return { database, helped, store, source: store.create('[]', '') }
}

describe('help under a number that a reorganisation gives to another buyer', () => {
  it('is each one\'s own, also where both were helped before either requested; a table\'s budget counts all', () => {
    const { helped, store, source } = stage()
    const help: Help = { kind: 'products', request: 'a', count: 3 }
    helped.insert(source, first, help, '')
    store.insertComparisons(source, first, ['x', 'y'], '')
    expect([helped.countOf(second), helped.has(source, second, help), store.countAsked(second), store.hasAsked(second, ['x'])]).toEqual([0, false, 0, false])

    helped.insert(source, second, { ...help, count: 2 }, '')
    store.insertComparisons(source, second, ['y', 'z'], '')
    store.displaceEntry(place, 'one', 'two')
    expect([first, second].map((asker) => [helped.countOf(asker), store.countAsked(asker)])).toEqual([[3, 2], [2, 2]])
    expect([store.hasAsked(first, ['x', 'y']), store.hasAsked(second, ['y', 'z']), store.hasAsked(second, ['x'])]).toEqual([true, true, false])
    expect([helped.count(source, 'products'), store.countComparisons(source)]).toEqual([5, 3])
  })

  it('that an earlier version wrote down by number alone counts on, once', () => {
    const { database, helped, store, source } = stage()
    database.prepare("INSERT INTO ledger_asks VALUES (?, 'products', ?, ?, '7', 'a', 3, '')").run(source, place.chainId, place.contract)
    database.prepare("INSERT INTO sale_comparisons VALUES (?, ?, '7', 'x', '')").run(place.chainId, place.contract)
    expect(helped.has(source, first, { kind: 'products', request: 'a', count: 3 })).toBe(true)
    store.insertComparisons(source, first, ['x', 'y'], '')
    expect([helped.countOf(first), store.countAsked(first), store.hasAsked(first, ['x', 'y'])]).toEqual([3, 2, true])
  })
})
