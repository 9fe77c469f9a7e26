import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openWindowPair, type WindowPair } from './window-pair.ts'

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
})
