import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { createNetworkService, type NetworkService } from '../../../src/host/settings/networks.ts'
import { createSettingsService, type SettingsService } from '../../../src/host/settings/settings.ts'
import { chainName, findDeadNetworkInUrl } from '../../../src/host/settings/known-chains.ts'
import { openProfileDatabase, type ProfileDatabase } from '../../../src/host/storage/database.ts'

const sepolia = {
  name: 'sepolia',
  kind: 'public',
  rpcUrl: 'https://sepolia.example/v3/access-key',
  chainId: 11155111,
  contract: '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266',
  explorer: null,
} as const
const practice = { name: 'practice', kind: 'practice', rpcUrl: 'http://127.0.0.1:8545', chainId: 31337, contract: null, explorer: null } as const

describe('settings and networks', () => {
  let database: ProfileDatabase
  let settings: SettingsService
  let networks: NetworkService

  beforeEach(() => {
    database = openProfileDatabase(':memory:')
    const opened = database
    onTestFinished(() => void opened.close())
    settings = createSettingsService(database)
    networks = createNetworkService(database, settings)
  })

  it('start as the 2020 system behaved, and keep what was changed', () => {
    const initial = { activeNetwork: null, autoConfirm: true, autoLitigate: true, autoReclaim: true, theme: 'system' }
    expect(settings.get()).toEqual(initial)
    settings.update({ autoConfirm: false })
    expect(createSettingsService(database).get()).toEqual({ ...initial, autoConfirm: false })
  })

  it('refuse a setting of the wrong type or name, and then change none', () => {
    const wrong = { autoReclaim: false, autoConfirm: 'yes' } as unknown as { autoConfirm: boolean }
    expect(() => settings.update(wrong)).toThrow(expect.objectContaining({ code: 'input.setting-invalid', details: { field: 'autoConfirm' } }))
    const unknown = { autoPay: true } as unknown as { autoConfirm: boolean }
    expect(() => settings.update(unknown)).toThrow(expect.objectContaining({ code: 'input.setting-invalid', details: { field: 'autoPay' } }))
    expect(settings.get()).toMatchObject({ autoConfirm: true, autoReclaim: true })
  })

  it('say when they were damaged', () => {
    database.prepare('INSERT INTO setting VALUES (?, ?)').run('autoConfirm', '17')
    expect(() => settings.get()).toThrow(expect.objectContaining({ code: 'store.corrupt' }))
  })

  it('know the networks that were added, and the one in use', () => {
    expect(() => networks.getActive()).toThrow(expect.objectContaining({ code: 'chain.network-missing' }))
    networks.add(sepolia)
    networks.add(practice)
    expect(networks.list().map((network) => network.name)).toEqual(['practice', 'sepolia'])
    networks.use('sepolia')
    expect(networks.getActive()).toEqual({ ...sepolia, contract: '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266' })
    expect(() => networks.use('mainnet')).toThrow(expect.objectContaining({ code: 'input.not-found' }))
    expect(networks.getActive().name).toBe('sepolia')
  })

  it('add no name twice, but save a practice chain\'s new port', () => {
    networks.add(practice)
    expect(() => networks.add({ ...practice, rpcUrl: 'http://127.0.0.1:1' })).toThrow(expect.objectContaining({ code: 'input.network-exists' }))
    expect(networks.get('practice').rpcUrl).toBe(practice.rpcUrl)
    networks.save({ ...practice, rpcUrl: 'http://127.0.0.1:9545' })
    expect(networks.list()).toEqual([{ ...practice, rpcUrl: 'http://127.0.0.1:9545' }])
  })

  it('know where people look at a chain: as they were told, else as it is known', () => {
    networks.add(sepolia)
    const { explorer: _none, ...silent } = sepolia
    expect(networks.add({ ...silent, name: 'quiet' }).explorer).toBeNull()
    expect(networks.findExplorer(11155111)).toBe('https://sepolia.etherscan.io')
    expect(networks.findExplorer(99)).toBeNull()
    networks.add({ ...sepolia, name: 'own', kind: 'custom', chainId: 99, explorer: 'https://look.example/eth//' })
    expect(networks.findExplorer(99)).toBe('https://look.example/eth')
    networks.save({ ...sepolia, explorer: 'http://127.0.0.1:4000' })
    expect(networks.findExplorer(11155111)).toBe('http://127.0.0.1:4000')
  })

  it('do not forget the network in use', () => {
    networks.add(practice)
    networks.use('practice')
    expect(() => networks.remove('practice')).toThrow(expect.objectContaining({ code: 'input.network-invalid' }))
    networks.add(sepolia)
    networks.use('sepolia')
    networks.remove('practice')
    expect(networks.find('practice')).toBeNull()
  })

  it.each([
    ['name', { name: 'My Network' }],
    ['rpcUrl', { rpcUrl: 'file:///etc/access-key' }],
    ['rpcUrl', { rpcUrl: 'access-key' }],
    ['chainId', { chainId: 0 }],
    ['chainId', { chainId: 1.5 }],
    ['chainId', { chainId: '1' }],
    ['contract', { contract: '0x1234' }],
    ['explorer', { explorer: 'javascript:alert(1)' }],
    ['explorer', { explorer: 'look.example' }],
    ['contract', { contract: '0xF39fd6e51aad88f6f4ce6ab8827279cfffb92266' }],
    ['kind', { kind: 'mainnet' }],
    ['chainId', { kind: 'practice' }],
    ['rpcUrl', { kind: 'practice', chainId: 31337 }],
  ])('refuse a network with a wrong %s, without repeating its URL (%#)', (field, change) => {
    let failure: unknown
    try {
      networks.add({ ...sepolia, ...change })
    } catch (error) {
      failure = error
    }
    expect(failure).toMatchObject({ code: 'input.network-invalid', details: { field } })
    expect(String(failure)).not.toContain('access-key')
    expect(networks.list()).toEqual([])
  })

  it.each([
    ['Ropsten', 3], ['Rinkeby', 4], ['Goerli', 5], ['Kovan', 42],
  ])('name the dead test network %s', (name, chainId) => {
    const dead = expect.objectContaining({ code: 'chain.network-dead', details: { network: name, chainId } }) as Error
    expect(() => networks.add({ ...sepolia, chainId })).toThrow(dead)
    expect(() => networks.add({ ...sepolia, rpcUrl: `https://eth-${name.toLowerCase()}.alchemyapi.io/v2/x` })).toThrow(dead)
  })

  it('call chains by their names', () => {
    expect([1, 11155111, 31337, 99].map(chainName)).toEqual(['Ethereum', 'Sepolia', 'practice chain', 'chain 99'])
    expect(findDeadNetworkInUrl('https://kovanova.example/rpc')).toBeNull()
  })
})
