import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { JsonRpcProvider, Wallet, parseEther } from 'ethers'
import { afterEach, describe, expect, it } from 'vitest'
import { startPracticeChain, type PracticeChain } from '../../../src/host/chain/practice-chain.ts'

const running: PracticeChain[] = []
const folders: string[] = []
const start = async (options: Parameters<typeof startPracticeChain>[0] = {}): Promise<PracticeChain> => {
  const chain = await startPracticeChain(options)
  running.push(chain)
  return chain
}
afterEach(async () => {
  await Promise.all(running.splice(0).map((chain) => chain.stop()))
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

const connect = (rpcUrl: string): JsonRpcProvider =>
  new JsonRpcProvider(rpcUrl, 31337, { staticNetwork: true, cacheTimeout: -1, pollingInterval: 5, batchMaxCount: 1 })

const answers = async (rpcUrl: string): Promise<boolean> => {
  try {
    const response = await fetch(rpcUrl, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":[]}' })
    return response.ok
  } catch {
    return false
  }
}

const untilSilent = async (rpcUrl: string): Promise<void> => {
  while (await answers(rpcUrl)) await new Promise((wake) => { setTimeout(wake, 50) })
}

describe('the practice chain', () => {
  it('starts with funded accounts whose keys fit their addresses', async () => {
    const chain = await start()
    const provider = connect(chain.rpcUrl)
    expect(chain.accounts).toHaveLength(10)
    for (const { address, privateKey } of chain.accounts) expect(new Wallet(privateKey).address).toBe(address)
    expect(await provider.getBalance(chain.accounts[9]?.address ?? '')).toBe(parseEther('10000'))
    expect(await provider.send('eth_chainId', [])).toBe('0x7a69')
    provider.destroy()
  })

  it('holds a transaction to the gas cap of mainnet', async () => {
    const chain = await start()
    const provider = connect(chain.rpcUrl)
    const wallet = new Wallet(chain.accounts[0]?.privateKey ?? '', provider)
    await expect(wallet.sendTransaction({ to: wallet.address, gasLimit: 2n ** 24n + 1n })).rejects.toThrow(/gas limit|cap/i)
    provider.destroy()
  })

  it('moves its clock and mines on demand', async () => {
    const chain = await start()
    const provider = connect(chain.rpcUrl)
    const before = await provider.getBlock('latest')
    await chain.advanceTime(86_400)
    await chain.mine(3)
    const after = await provider.getBlock('latest')
    expect((after?.timestamp ?? 0) - (before?.timestamp ?? 0)).toBeGreaterThanOrEqual(86_400)
    expect(after?.number).toBe((before?.number ?? 0) + 4)
    provider.destroy()
  })

  it('keeps balances, blocks and receipts over a restart where it has a folder', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'practice-chain-'))
    folders.push(dataDir)
    const first = await start({ dataDir })
    const before = connect(first.rpcUrl)
    const wallet = new Wallet(first.accounts[0]?.privateKey ?? '', before)
    const to = Wallet.createRandom().address
    const sent = await wallet.sendTransaction({ to, value: 7n })
    await sent.wait()
    await wallet.sendTransaction({ to, value: 8n }).then((second) => second.wait())
    before.destroy()
    await first.stop()
    const second = await start({ dataDir })
    const after = connect(second.rpcUrl)
    expect(await after.getBalance(to)).toBe(15n)
    const receipt = await after.getTransactionReceipt(sent.hash)
    expect(receipt?.status).toBe(1)
    expect(await after.getBalance(to, receipt?.blockNumber)).toBe(7n)
    after.destroy()
  })

  it('says so when its port is taken', async () => {
    const first = await start()
    await expect(start({ port: Number(new URL(first.rpcUrl).port) })).rejects.toMatchObject({ code: 'chain.practice-chain-failed' })
  })

  it('ends when stopped, and stopping twice does no harm', async () => {
    const chain = await start()
    await chain.stop()
    await chain.stop()
    expect(await answers(chain.rpcUrl)).toBe(false)
  })

  it('dies with the process that started it, even one killed with SIGKILL', async () => {
    const module = resolve(import.meta.dirname, '../../../src/host/chain/practice-chain.ts')
    const program = `import { startPracticeChain } from ${JSON.stringify(module)}; console.log((await startPracticeChain()).rpcUrl); setInterval(() => undefined, 1000)`
    const parent = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] })
    const [line] = await once(parent.stdout, 'data') as [Buffer]
    const rpcUrl = line.toString('utf8').trim()
    expect(await answers(rpcUrl)).toBe(true)
    parent.kill('SIGKILL')
    await once(parent, 'exit')
    await untilSilent(rpcUrl)
    expect(await answers(rpcUrl)).toBe(false)
  })
})
