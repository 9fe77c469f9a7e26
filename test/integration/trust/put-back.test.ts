import { cpSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { Wallet } from 'ethers'
import { beforeAll, describe, expect, it } from 'vitest'
import { findFreePort } from '../../../src/cli/demo/free-port.ts'
import { connectChain } from '../../../src/host/chain/connect.ts'
import { deployMarket } from '../../../src/host/chain/deploy.ts'
import { createOutbox } from '../../../src/host/chain/outbox.ts'
import { startPracticeChain, type PracticeChain } from '../../../src/host/chain/practice-chain.ts'
import { createHost, restoreBackup, type Host } from '../../../src/host/index.ts'
import { isAppError } from '../../../src/shared/errors.ts'
import { openProfileDatabase } from '../../../src/host/storage/database.ts'
import { onCleanup } from '../../e2e/support/cleanup.ts'
import { queryProfile } from '../../e2e/support/profile.ts'
import { prepareDataset, publishListing } from '../../e2e/support/shop.ts'
import { openStage, serve, type Party, type Stage } from '../../e2e/support/stage.ts'

const other = { chainId: 31338, name: 'other' }
const backupPassphrase = 'the passphrase of a backup alone'
/** The second answer after the first would tell row 7, the difference of the two. */
const [first, second] = [8, 7].map((rows) => `export default data.col('wage').slice(0, ${rows}).sum()\n`) as [string, string]

const startOther = async (port?: number): Promise<PracticeChain & { readonly contract: string }> => {
  const chain = await startPracticeChain({ chainId: other.chainId, ...(port === undefined ? {} : { port }) })
  onCleanup(() => chain.stop())
  const connection = connectChain({ ...other, rpcUrl: chain.rpcUrl })
  const deployer = new Wallet(chain.accounts[9]?.privateKey ?? '')
  const outbox = createOutbox({ database: openProfileDatabase(':memory:'), connection, wallet: () => deployer, now: () => new Date() })
  const { address } = await deployMarket({ outbox, minimumSeconds: 1 })
  connection.close()
  return { ...chain, contract: address }
}

/** A network is taken up when the profile is next opened. */
const openOn = async (open: () => Promise<Host>, network: string): Promise<Host> => {
  const host = await open()
  host.networks.use(network)
  await host.close()
  return open()
}

describe('a seller whose profile was put back as it was before an answer', { timeout: 280_000 }, () => {
  let stage: Stage
  let buyer: Party
  beforeAll(async () => {
    stage = await openStage()
    buyer = await stage.createParty('buyer')
  }, 120_000)

  /** What a buyer gets who pays and requests: the number, or the code of what declined it. */
  const buy = async (shop: Host, network: string, port: number, listing: string, source: string): Promise<unknown> => {
    const serving = await serve(shop, { port })
    const host = await openOn(buyer.open, network)
    try {
      const { purchases } = await host.trade()
      const { number } = await purchases.buy(`http://127.0.0.1:${port}/v1/listings/${listing}`)
      await purchases.compute(number, { fileName: 'a.ts', source })
      const { answer } = await purchases.request(number)
      await purchases.confirm(number)
      return JSON.parse(answer ?? 'null') as unknown
    } catch (error) {
      if (!isAppError(error, 'policy.refused')) throw error
      return error.message
    } finally {
      await host.close()
      await serving.stop()
    }
  }

  it('by a copy of its folder answers no more from that table, and goes on with the profile that knows', async () => {
    const seller = await stage.createParty('seller')
    const port = await findFreePort()
    let shop = await seller.open()
    await prepareDataset(shop)
    const { id } = await publishListing(shop, `http://127.0.0.1:${port}`)
    await shop.close()
    cpSync(seller.home, `${seller.home}.copy`, { recursive: true })
    shop = await seller.open()
    expect(await buy(shop, 'practice', port, id, first)).toEqual(expect.any(Number))
    await shop.close()
    renameSync(seller.home, `${seller.home}.later`)
    renameSync(`${seller.home}.copy`, seller.home)
    shop = await seller.open()
    expect(await buy(shop, 'practice', port, id, second)).toContain('put back as a copy')
    expect(queryProfile(seller.home, "SELECT refusal ->> 'code' AS code FROM sales")).toEqual([{ code: 'policy.ledger-behind' }])
    await shop.close()
    renameSync(seller.home, `${seller.home}.copy`)
    renameSync(`${seller.home}.later`, seller.home)
    shop = await seller.open()
    expect(await buy(shop, 'practice', port, id, first)).toEqual(expect.any(Number))
    await shop.close()
  })

  it('by a backup looks for answers on its other networks too, and answers nothing while one of them cannot be asked', async () => {
    const seller = await stage.createParty('travelling')
    const chain = await startOther()
    for (const party of [seller, buyer]) {
      await chain.setBalance(party.address, 10n ** 20n)
      const host = await party.open()
      host.networks.add({ name: other.name, kind: 'practice', rpcUrl: chain.rpcUrl, chainId: other.chainId, contract: chain.contract })
      await host.close()
    }
    const [port, otherPort] = [await findFreePort(), await findFreePort()]
    let shop = await seller.open()
    await prepareDataset(shop)
    const here = await publishListing(shop, `http://127.0.0.1:${port}`)
    await shop.close()
    shop = await openOn(seller.open, other.name)
    const there = await publishListing(shop, `http://127.0.0.1:${otherPort}`)
    const backup = join(stage.folder, 'seller.backup')
    await shop.backUp(backup, backupPassphrase)
    const restore = async (name: string): Promise<Host> => {
      const home = join(stage.folder, name)
      await restoreBackup({ home, environment: stage.environment, path: backup, backupPassphrase, now: () => new Date() })
      return openOn(() => createHost({ home, environment: stage.environment, engine: { workers: 2 } }), 'practice')
    }
    expect(await buy(shop, other.name, otherPort, there.id, first)).toEqual(expect.any(Number))
    await shop.close()
    const restored = await restore('restored')
    expect(await buy(restored, 'practice', port, here.id, second)).toContain(`on chain ${other.chainId} was answered`)
    await chain.stop()
    expect(await buy(restored, 'practice', port, here.id, second)).toContain(`a network reachable that leads to chain ${other.chainId}`)
    expect(queryProfile(restored.home, 'SELECT purchase FROM ledger')).toEqual([])
    // A practice chain begun anew has nothing to tell any more, and who bought there sat at this computer.
    const again = await startOther(Number(new URL(chain.rpcUrl).port))
    expect(await buy(restored, 'practice', port, here.id, first)).toEqual(expect.any(Number))
    await again.stop()
    await restored.close()
  })
})
