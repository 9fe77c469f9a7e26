import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { windowContract, type WindowClient } from '../../../src/shared/window-contract/index.ts'
import { openWindowPair, refusalOf, type WindowPair } from './window-pair.ts'

type AnyClient = Readonly<Record<string, Readonly<Record<string, (input: unknown) => Promise<unknown>>>>>
const loosely = (client: WindowClient): AnyClient => client as unknown as AnyClient

describe('the contract between the window and the host, over messages alone', () => {
  let pair: WindowPair
  beforeAll(async () => { pair = await openWindowPair() })
  afterAll(async () => { await pair.close() })

  it('has a handler for each of its procedures and no other', () => {
    const names = (groups: object): string[] => Object.entries(groups).flatMap(([group, procedures]) =>
      Object.keys(procedures as object).map((name) => `${group}.${name}`)).sort()
    expect(names(pair.window.handlers)).toEqual(names(windowContract))
    expect(names(pair.window.router)).toEqual(names(windowContract))
  })

  it('tells a new profile\'s window that nothing is there yet', async () => {
    const { client } = pair
    expect(await client.app.about({})).toMatchObject({ version: '1.2.3', shell: 'headless', home: pair.home })
    expect(await client.app.firstRun({})).toMatchObject({ hasWallet: false, hasNetwork: false, complete: false })
    expect(await client.app.status({})).toMatchObject({ account: null, network: null, balanceWei: null, serving: false, practice: 'off' })
    expect(await client.wallet.show({})).toBeNull()
    for (const empty of [
      client.networks.list({}), client.datasets.list({}), client.listings.list({}), client.sales.list({}),
      client.workspace.scripts({}), client.purchases.list({}), client.receipts.list({}), client.activity.transactions({}),
      client.activity.signatures({}), client.jobs.list({}),
    ]) expect(await empty).toEqual([])
    expect(await client.market.list({})).toEqual({ entries: [], left: 0 })
  })

  it('carries a refusal with its code, its words and what to do next', async () => {
    const refusal = await refusalOf(pair.client.market.show({ url: 'http://127.0.0.1:1/v1/listings/none' }))
    expect(refusal).toMatchObject({ code: 'chain.network-missing' })
    expect(refusal.next).not.toBe('')
  })

  it.each([
    ['a wrong type', { theme: 7 }],
    ['a field that is not in it', { theme: 'dark', privateKey: 'deadbeef' }],
    ['nothing at all', undefined],
  ])('refuses input with %s, and does not ask the host', async (_what, input) => {
    expect(await refusalOf(loosely(pair.client).settings?.update?.(input) as Promise<unknown>)).toMatchObject({ code: 'input.invalid' })
    expect(await pair.client.settings.get({})).toMatchObject({ theme: 'system' })
  })

  it.each([['settings', 'destroy'], ['constructor', 'constructor'], ['wallet', 'unlock']])('knows no %s.%s', async (group, name) => {
    await expect(loosely(pair.client)[group]?.[name]?.({})).rejects.toThrow()
  })

  it('keeps what the window remembers, and settings, over all clients', async () => {
    await pair.client.app.saveState({ key: 'tabs', value: '["a.ts"]' })
    expect(await pair.client.app.readState({ key: 'tabs' })).toEqual({ value: '["a.ts"]' })
    expect(await pair.client.app.readState({ key: 'none' })).toEqual({ value: null })
    expect(await pair.client.settings.update({ theme: 'dark' })).toMatchObject({ theme: 'dark', autoConfirm: true })
  })

  it('tells every listening window what changed', async () => {
    const changes = await pair.client.app.changes({})
    const next = changes.next()
    await pair.client.workspace.save({ name: 'a.ts', source: 'export default 1' })
    expect((await next).value).toMatchObject({ topics: ['scripts'] })
    await changes.return?.(undefined)
  })

  it('makes a wallet whose words cross once and whose key never does', async () => {
    const created = await pair.client.wallet.create({})
    expect(Object.keys(created).sort()).toEqual(['address', 'backedUp', 'hasMnemonic', 'mnemonic'])
    expect(await pair.client.wallet.show({})).toEqual({ address: created.address, hasMnemonic: true, backedUp: false })
    expect(await pair.client.wallet.revealMnemonic({})).toEqual({ mnemonic: created.mnemonic })
    expect(await refusalOf(pair.client.wallet.create({}))).toMatchObject({ code: 'access.wallet-exists' })
    expect(await pair.client.wallet.markBackedUp({})).toMatchObject({ backedUp: true })
  })

  it('has met no bug on the way', () => {
    expect(pair.bugs).toEqual([])
  })
})
