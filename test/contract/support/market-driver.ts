import { toBeHex, toQuantity, type Result } from 'ethers'
import { z } from 'zod'
import { marketBytecode, marketInterface } from '../../../src/host/chain/artifact.ts'
import { purchaseStates, toContractTerms } from '../../../src/host/chain/terms.ts'
import type { Action, Call, Movement, Outcome } from './market-calls.ts'
import type { Rpc } from './rpc.ts'

const gas = toQuantity(2 ** 24)

const receiptSchema = z.object({
  status: z.string(),
  blockNumber: z.string(),
  gasUsed: z.string(),
  contractAddress: z.string().nullish(),
  logs: z.array(z.object({ topics: z.array(z.string()), data: z.string() })),
})

/** What the chain says of one purchase, in the model's words. */
export interface PurchaseOnChain {
  readonly state: string
  readonly seller: string
  readonly buyer: string
  readonly interactionOpened: boolean
  readonly heldWei: bigint
  readonly deadline: number
  readonly requestHash: string
  readonly termsHash: string
}

export interface ListingOnChain {
  readonly seller: string
  readonly open: boolean
  readonly url: string
  readonly termsHash: string
}

export interface BooksOnChain {
  readonly heldWei: bigint
  readonly creditedWei: bigint
  readonly burnedWei: bigint
  readonly balanceWei: bigint
  readonly credits: readonly bigint[]
  readonly purchases: readonly PurchaseOnChain[]
  readonly listings: readonly ListingOnChain[]
}

/** Whose credits, which purchases and which listings to read. */
export interface Scope {
  readonly accounts: readonly string[]
  readonly purchases: readonly number[]
  readonly listings: readonly number[]
}

export interface MarketDriver {
  readonly address: string
  /** Makes the call in a block of its own, at its second. */
  send(call: Call): Promise<Outcome>
  read(scope: Scope): Promise<BooksOnChain>
}

const toArguments = (action: Action): readonly unknown[] => {
  switch (action.kind) {
    case 'createListing': return [toContractTerms(action.terms), action.url]
    case 'reprice': return [action.listing, toContractTerms(action.terms)]
    case 'relocate': return [action.listing, action.url]
    case 'closeListing':
    case 'reopenListing': return [action.listing]
    case 'buy': return [action.listing, action.termsHash, action.maxTotalWei, action.deadline]
    case 'requestResult': return [action.purchase, action.requestHash]
    case 'deliverResult': return [action.purchase, action.requestHash, `0x${'5a'.repeat(action.answerBytes)}`]
    case 'rule': return [action.purchase, action.forBuyer]
    case 'withdraw': return []
    case 'withdrawTo': return [action.to]
    default: return [action.purchase]
  }
}

const readMovements = (logs: readonly { topics: string[], data: string }[]): Movement[] => logs.flatMap((log): Movement[] => {
  const event = marketInterface.parseLog(log)
  if (event === null) throw new Error('the market emitted an event that its interface does not know')
  const { args } = event
  const amountWei = args['amountWei'] as bigint
  if (event.name === 'Credited') return [{ event: 'Credited', purchase: Number(args['purchaseId']), account: String(args['account']), amountWei }]
  if (event.name === 'Burned') return [{ event: 'Burned', purchase: Number(args['purchaseId']), amountWei }]
  if (event.name === 'Withdrawn') return [{ event: 'Withdrawn', account: String(args['account']), to: String(args['to']), amountWei }]
  return []
})

const decode = (functionName: string, data: unknown): Result => marketInterface.decodeFunctionResult(functionName, z.string().parse(data))

const readPurchase = (data: unknown): PurchaseOnChain => {
  const view = decode('getPurchase', data)[0] as Result
  return {
    state: purchaseStates[Number(view['state'])] ?? 'unknown',
    seller: String(view['seller']),
    buyer: String(view['buyer']),
    interactionOpened: Boolean(view['interactionOpened']),
    heldWei: view['heldWei'] as bigint,
    deadline: Number(view['deadline']),
    requestHash: String(view['requestHash']),
    termsHash: String(view['termsHash']),
  }
}

const readListing = (data: unknown): ListingOnChain => {
  const view = decode('getListing', data)[0] as Result
  return { seller: String(view['seller']), open: Boolean(view['open']), url: String(view['url']), termsHash: String(view['termsHash']) }
}

/** Deploys a market with that minimum time and speaks to it through accounts that the chain signs for. */
export const deployMarket = async (rpc: Rpc, deployer: string, minimumSeconds: number): Promise<MarketDriver> => {
  const constructor = marketInterface.encodeDeploy([minimumSeconds])
  const transact = async (transaction: Readonly<Record<string, string>>) =>
    receiptSchema.parse(await rpc.send('eth_sendTransactionSync', [{ gas, ...transaction }]))
  const { contractAddress } = await transact({ from: deployer, data: marketBytecode + constructor.slice(2) })
  const address = z.string().parse(contractAddress)
  const query = (name: string, values: readonly unknown[]) =>
    ['eth_call', [{ to: address, data: marketInterface.encodeFunctionData(name, values) }, 'latest']] as const
  return {
    address,
    send: async ({ caller, payWei, at, action }) => {
      const data = marketInterface.encodeFunctionData(action.kind, [...toArguments(action)])
      const transaction = { from: caller, to: address, value: toQuantity(payWei), data }
      await rpc.send('evm_setNextBlockTimestamp', [toQuantity(at)])
      const { status, blockNumber, logs } = await transact(transaction)
      if (status === '0x1') return { moved: readMovements(logs) }
      // The same call once more on the state before it, at the same second, for its reason.
      const before = toQuantity(BigInt(blockNumber) - 1n)
      const reason = await rpc.revertData([{ gas, ...transaction }, before, {}, { time: toBeHex(at) }])
      return { refusal: marketInterface.parseError(reason)?.name ?? reason }
    },
    read: async ({ accounts, purchases, listings }) => {
      const [totals, balance, ...rest] = await rpc.batch([
        query('totals', []),
        ['eth_getBalance', [address, 'latest']],
        ...accounts.map((account) => query('balanceOf', [account])),
        ...purchases.map((purchase) => query('getPurchase', [purchase])),
        ...listings.map((listing) => query('getListing', [listing])),
      ])
      const [heldWei, creditedWei, burnedWei] = decode('totals', totals).toArray() as bigint[]
      return {
        heldWei: heldWei ?? -1n,
        creditedWei: creditedWei ?? -1n,
        burnedWei: burnedWei ?? -1n,
        balanceWei: BigInt(z.string().parse(balance)),
        credits: rest.slice(0, accounts.length).map((data) => decode('balanceOf', data)[0] as bigint),
        purchases: rest.slice(accounts.length, accounts.length + purchases.length).map(readPurchase),
        listings: rest.slice(accounts.length + purchases.length).map(readListing),
      }
    },
  }
}
