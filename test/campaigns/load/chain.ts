import { Contract, Wallet, type ContractTransactionReceipt, type ContractTransactionResponse } from 'ethers'
import { marketInterface } from '../../../src/host/chain/artifact.ts'
import { connectChain } from '../../../src/host/chain/connect.ts'
import { readEventId } from '../../../src/host/chain/market-events.ts'
import { createMarketViews, type ListingOnChain, type MarketViews } from '../../../src/host/chain/market-views.ts'
import type { TradeStage } from '../support/trade-stage.ts'

/** The buyers' side of the contract, bare: what the program's outbox adds is not what is measured here. */
export interface LoadChain {
  readonly views: MarketViews
  createWallet(): Promise<Wallet>
  /** The number of the purchase. */
  buy(wallet: Wallet, listing: ListingOnChain): Promise<bigint>
  request(wallet: Wallet, purchase: bigint, requestHash: string): Promise<void>
  confirm(wallet: Wallet, purchase: bigint): Promise<void>
  close(): void
}

const ether = 10n ** 18n

export const openLoadChain = ({ chain }: TradeStage, contract: string): LoadChain => {
  const connection = connectChain({ name: 'practice', rpcUrl: chain.rpcUrl, chainId: chain.chainId, contract })
  const market = new Contract(contract, marketInterface)
  const send = async (wallet: Wallet, name: string, values: readonly unknown[], value = 0n): Promise<ContractTransactionReceipt> => {
    const move = market.connect(wallet.connect(connection.provider)).getFunction(name)
    const receipt = await ((await move(...values, { value })) as ContractTransactionResponse).wait()
    if (receipt === null) throw new Error(`${name} was not mined`)
    return receipt
  }
  return {
    views: createMarketViews(connection, contract),
    createWallet: async () => {
      const { privateKey, address } = Wallet.createRandom()
      await chain.setBalance(address, 100n * ether)
      return new Wallet(privateKey)
    },
    buy: async (wallet, { id, terms, termsHash }) => {
      const totalWei = terms.valueWei + terms.guaranteeWei
      const { logs } = await send(wallet, 'buy', [id, termsHash, totalWei, 2n ** 40n], totalWei)
      return readEventId(logs, contract, 'Purchased')
    },
    request: async (wallet, purchase, requestHash) => { await send(wallet, 'requestResult', [purchase, requestHash]) },
    confirm: async (wallet, purchase) => { await send(wallet, 'confirmResult', [purchase]) },
    close: () => { connection.close() },
  }
}
