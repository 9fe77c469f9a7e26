import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { initialize, type Ask, type Client, type InitializeOptions, type Question } from '../../../src/client/index.ts'
import { createFolder, openMarketplace, passphrase, type Marketplace } from './support.ts'

type Answers = Partial<Record<Question['name'], string>>

describe('initialize', () => {
  let marketplace: Marketplace
  let account: { readonly address: string; readonly privateKey: string }
  let other: { readonly address: string; readonly privateKey: string }
  /** Where the default profile would be. */
  let home: string
  const folders: string[] = []
  const clients: Client[] = []
  const asked: Question[] = []

  const open = async (options?: InitializeOptions): Promise<Client> => {
    const client = await initialize(options)
    clients.push(client)
    return client
  }
  const answerWith = (answers: Answers): Ask => async (question) => {
    asked.push(question)
    return answers[question.name] ?? `nobody expected to be asked for ${question.name}`
  }
  const namesAsked = (): string[] => asked.map(({ name }) => name)
  const networkAnswers = (): Answers =>
    ({ endpointUrl: marketplace.network.rpcUrl, chainId: String(marketplace.network.chainId), contract: marketplace.network.contract })
  const writeUserInfo = (endpointUrl: string): string => {
    const path = join(home, 'user_info.txt')
    writeFileSync(path, `address = ${account.address}\nprivate_key = ${account.privateKey.slice(2)}\nendpoint_url = ${endpointUrl}\n`)
    return path
  }

  beforeAll(async () => {
    marketplace = await openMarketplace()
    account = marketplace.takeAccount()
    other = marketplace.takeAccount()
  })

  beforeEach(() => {
    home = createFolder()
    folders.push(home)
    vi.stubEnv('HESYSTEM_HOME', home)
    asked.length = 0
  })

  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.close()))
    vi.unstubAllEnvs()
  })

  afterAll(async () => {
    await marketplace.stage.close()
    for (const folder of folders) rmSync(folder, { recursive: true, force: true })
  })

  it('asks for everything without arguments, and keeps the account where its owner likes', async () => {
    const first = await initialize({ ask: answerWith({ ...networkAnswers(), privateKey: account.privateKey, save: 'yes', secretStore: 'passphrase', passphrase }) })
    await first.close()
    expect(first).toMatchObject({ address: account.address, home })
    expect(namesAsked()).toEqual(['privateKey', 'save', 'secretStore', 'passphrase', 'passphrase', 'endpointUrl', 'chainId', 'contract'])
    expect(asked.filter(({ secret }) => secret).map(({ name }) => name)).toEqual(['privateKey', 'passphrase', 'passphrase'])

    asked.length = 0
    expect((await open({ ask: answerWith({ passphrase }) })).address).toBe(account.address)
    expect(namesAsked()).toEqual(['passphrase'])
  })

  it('keeps an account that is not to be kept out of the default profile, but finds its purchases by the key', async () => {
    const first = await initialize({ ask: answerWith({ ...networkAnswers(), privateKey: account.privateKey, save: 'no' }) })
    await first.close()
    expect(existsSync(join(home, 'profile.json'))).toBe(false)
    expect(first.home).toBe(join(home, 'accounts', account.address.toLowerCase()))

    const again = await open({ privateKey: account.privateKey })
    expect(again.home).toBe(first.home)
  })

  it('takes the 2020 user_info.txt', async () => {
    const { chainId, contract, rpcUrl } = marketplace.network
    expect((await open({ userInfo: writeUserInfo(rpcUrl), network: { chainId, contract } })).address).toBe(account.address)
  })

  it('names the dead network of a user_info.txt and asks for a replacement', async () => {
    await open({ userInfo: writeUserInfo('https://ropsten.infura.io/v3/0123'), ask: answerWith(networkAnswers()) })
    expect(asked[0]).toMatchObject({ name: 'endpointUrl', text: expect.stringContaining('Ropsten') as string })
  })

  it('says what is missing where nobody can be asked', async () => {
    await expect(initialize()).rejects.toMatchObject({ code: 'input.unanswered', details: { option: 'privateKey' } })
    await expect(initialize({ privateKey: account.privateKey })).rejects.toMatchObject({ code: 'input.unanswered', details: { option: 'endpointUrl' } })
  })

  it('makes nothing of an address that is not the key\'s', async () => {
    const wrong = { privateKey: account.privateKey, address: other.address, network: marketplace.network }
    await expect(initialize(wrong)).rejects.toMatchObject({ code: 'input.address-mismatch' })
    await expect(initialize({ ...wrong, privateKey: '0x1234' })).rejects.toMatchObject({ code: 'input.private-key-invalid' })
    expect(readdirSync(home)).toEqual([])
  })

  it('never replaces the account of a profile', async () => {
    await (await initialize({ privateKey: account.privateKey, network: marketplace.network, home, passphrase })).close()
    await expect(initialize({ privateKey: other.privateKey, home, passphrase })).rejects.toMatchObject({ code: 'access.wallet-exists' })
    await expect(initialize({ address: other.address, home, passphrase })).rejects.toMatchObject({ code: 'input.address-mismatch' })
    await expect(initialize({ home, passphrase: 'not the passphrase' })).rejects.toMatchObject({ code: 'access.wrong-passphrase' })
  })

  it('keeps no account with a network that does not answer as it should', async () => {
    const wrongChain = { ...marketplace.network, chainId: 11155111 }
    await expect(initialize({ privateKey: account.privateKey, network: wrongChain, home, passphrase })).rejects.toMatchObject({ code: 'chain.wrong-chain' })
    await expect(initialize({ network: marketplace.network, home, passphrase })).rejects.toMatchObject({ code: 'access.wallet-missing' })
  })

  it('leaves the profile\'s network as it was where the new one does not answer as it should', async () => {
    await (await initialize({ privateKey: account.privateKey, network: marketplace.network, home, passphrase })).close()
    const wrongChain = { ...marketplace.network, chainId: 11155111 }
    await expect(initialize({ network: wrongChain, home, passphrase })).rejects.toMatchObject({ code: 'chain.wrong-chain' })
    const noContract = { ...marketplace.network, contract: account.address }
    await expect(initialize({ network: noContract, home, passphrase })).rejects.toMatchObject({ code: 'chain.wrong-contract' })
    expect((await open({ home, passphrase })).address).toBe(account.address)
  })
})
