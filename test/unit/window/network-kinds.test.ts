import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openWindowPair, refusalOf, type WindowPair } from './window-pair.ts'

describe('networks in the window', () => {
  let pair: WindowPair
  beforeAll(async () => { pair = await openWindowPair() })
  afterAll(() => pair.close())

  it('are called public where their chain is a known one, practice on this computer, and else custom', async () => {
    const { networks } = pair.client
    const saved = [['local', 'http://127.0.0.1:8545', 31_337], ['sepolia', 'https://rpc.example/', 11_155_111], ['afar', 'https://rpc.example/', 31_337]] as const
    for (const [name, rpcUrl, chainId] of saved) await networks.save({ name, rpcUrl, chainId, contract: null })
    const kinds = new Map((await networks.list({})).map(({ name, kind }) => [name, kind]))
    expect([kinds.get('local'), kinds.get('sepolia'), kinds.get('afar')]).toEqual(['practice', 'public', 'custom'])
  })

  it('are not needed to see the tables and listings of this computer: their node may be away', async () => {
    const { networks, datasets, listings, wallet, purchases } = pair.client
    await wallet.create({})
    await networks.save({ name: 'away', rpcUrl: 'http://127.0.0.1:9', chainId: 424_242, contract: `0x${'11'.repeat(20)}` })
    await networks.use({ name: 'away' })
    const { file } = await datasets.openFile({ fileName: 'a.csv', contentBase64: Buffer.from('a,b\n1,2\n2,1\n3,5\n').toString('base64') })
    await datasets.import({ name: 'a', source: { kind: 'file', file }, decisions: {} })
    expect(await refusalOf(purchases.list({}))).toMatchObject({ code: 'chain.unreachable' })
    expect((await datasets.list({})).map(({ name, usedBy }) => [name, usedBy])).toEqual([['a', null]])
    expect(await listings.list({})).toEqual([])
  }, 60_000)
})
