import {
  ContractFactory, JsonRpcProvider, keccak256, NonceManager, toUtf8Bytes, Wallet, ZeroAddress,
  type Contract, type ContractTransactionResponse,
} from 'ethers'
import { marketBytecode, marketInterface } from '../src/host/chain/artifact.ts'
import { startPracticeChain, type PracticeChain } from '../src/host/chain/practice-chain.ts'
import { hashTerms, toContractTerms, type ListingTerms } from '../src/host/chain/terms.ts'

export interface GasFigure {
  readonly call: string
  readonly gas: bigint
  /** Part of a trade in which everybody keeps to the terms. */
  readonly happyPath: boolean
}

type Arguments = readonly unknown[]
type Party = 'seller' | 'buyer' | 'arbiter'

const requestHash = keccak256(toUtf8Bytes('request'))
const typicalUrl = 'https://data.seller.example/v1/listings/wages-1985'
/** No zero byte: the dearest calldata there is. */
const fill = (bytes: number): string => `0x${'5a'.repeat(bytes)}`

/** One market on a chain of its own, its parties, and the way to make a call and learn its gas. */
class Bench {
  readonly terms: ListingTerms
  readonly #chain: PracticeChain
  readonly #parties: Readonly<Record<Party, NonceManager>>
  readonly #sellerAddress: string
  #market: Contract | null = null

  constructor(chain: PracticeChain, provider: JsonRpcProvider) {
    const [seller, buyer, arbiter] = chain.accounts.map(({ privateKey }) => new Wallet(privateKey, provider))
    if (seller === undefined || buyer === undefined || arbiter === undefined) throw new Error('the practice chain has too few accounts')
    this.#chain = chain
    this.#parties = { seller: new NonceManager(seller), buyer: new NonceManager(buyer), arbiter: new NonceManager(arbiter) }
    this.#sellerAddress = seller.address
    this.terms = {
      valueWei: 10n ** 17n, guaranteeWei: 10n ** 16n, interactionFeeWei: 10n ** 15n,
      deliverySeconds: 86_400, expirationSeconds: 86_400, disputeSeconds: 86_400,
      arbiter: arbiter.address, detailsHash: keccak256(toUtf8Bytes('details')),
    }
  }

  async deploy(): Promise<bigint> {
    const factory = new ContractFactory(marketInterface, marketBytecode, this.#parties.seller)
    this.#market = (await factory.deploy(3_600)) as Contract
    const receipt = await this.#market.deploymentTransaction()?.wait()
    return receipt?.gasUsed ?? 0n
  }

  /** The gas of one call by that party. */
  async call(party: Party, name: string, values: Arguments, payWei = 0n): Promise<bigint> {
    if (this.#market === null) throw new Error('deploy first')
    const send = this.#market.connect(this.#parties[party]).getFunction(name)
    const sent = (await send(...values, { value: payWei })) as ContractTransactionResponse
    const receipt = await sent.wait()
    if (receipt === null) throw new Error(`${name} was not mined`)
    return receipt.gasUsed
  }

  async list(terms: ListingTerms = this.terms, url: string = typicalUrl): Promise<bigint> {
    return await this.call('seller', 'createListing', [toContractTerms(terms), url])
  }

  /** Buys from that listing, which has those terms. */
  async buy(listing: number, terms: ListingTerms = this.terms): Promise<bigint> {
    const totalWei = terms.valueWei + terms.guaranteeWei
    return await this.call('buyer', 'buy', [listing, hashTerms(this.#sellerAddress, terms), totalWei, 2n ** 40n], totalWei)
  }

  async request(purchase: number): Promise<bigint> {
    return await this.call('buyer', 'requestResult', [purchase, requestHash])
  }

  async deliver(purchase: number, answerBytes: number, terms: ListingTerms = this.terms): Promise<bigint> {
    return await this.call('seller', 'deliverResult', [purchase, requestHash, fill(answerBytes)], terms.guaranteeWei)
  }

  /** A new purchase from listing 1, brought to Delivered. */
  async reachDelivered(purchase: number): Promise<void> {
    await this.buy(1)
    await this.request(purchase)
    await this.deliver(purchase, 1_024)
  }

  async reachDisputed(purchase: number): Promise<bigint> {
    await this.reachDelivered(purchase)
    return await this.call('buyer', 'dispute', [purchase])
  }

  async waitADay(): Promise<void> {
    await this.#chain.advanceTime(86_401)
  }
}

const measureTrade = async (bench: Bench): Promise<GasFigure[]> => {
  const figures: GasFigure[] = []
  const note = (call: string, gas: bigint): void => { figures.push({ call, gas, happyPath: true }) }
  note(`createListing, a URL of ${typicalUrl.length} bytes`, await bench.list())
  note('createListing, the longest URL (256 bytes)', await bench.list(bench.terms, `https://${'a'.repeat(248)}`))
  note('reprice', await bench.call('seller', 'reprice', [2, toContractTerms({ ...bench.terms, valueWei: 3n * 10n ** 17n })]))
  note('relocate', await bench.call('seller', 'relocate', [2, typicalUrl]))
  note('closeListing', await bench.call('seller', 'closeListing', [2]))
  note('reopenListing', await bench.call('seller', 'reopenListing', [2]))
  // A first trade fills the market's own books; the figures are those of the second.
  await bench.reachDelivered(1)
  await bench.call('buyer', 'confirmResult', [1])
  note('buy', await bench.buy(1))
  note('openInteraction', await bench.call('buyer', 'openInteraction', [2]))
  note('requestResult', await bench.request(2))
  note('deliverResult, 1 KiB', await bench.deliver(2, 1_024))
  note('confirmResult', await bench.call('buyer', 'confirmResult', [2]))
  note('withdraw', await bench.call('seller', 'withdraw', []))
  note('withdrawTo', await bench.call('buyer', 'withdrawTo', [`0x${'51'.repeat(20)}`]))
  await bench.buy(1)
  await bench.request(3)
  note('deliverResult, 8 KiB (the longest)', await bench.deliver(3, 8_192))
  await bench.waitADay()
  note('reclaim', await bench.call('seller', 'reclaim', [3]))
  return figures
}

const measureQuarrels = async (bench: Bench): Promise<GasFigure[]> => {
  const figures: GasFigure[] = []
  const note = (call: string, gas: bigint): void => { figures.push({ call, gas, happyPath: false }) }
  await bench.buy(1)
  note('litigate, from Paid', await bench.call('buyer', 'litigate', [4]))
  await bench.buy(1)
  await bench.request(5)
  note('decline', await bench.call('seller', 'decline', [5]))
  await bench.buy(1)
  await bench.request(6)
  await bench.waitADay()
  note('litigate, after a missed delivery', await bench.call('buyer', 'litigate', [6]))
  note('dispute', await bench.reachDisputed(7))
  note('rule', await bench.call('arbiter', 'rule', [7, true]))
  const alone = { ...bench.terms, arbiter: ZeroAddress, guaranteeWei: bench.terms.valueWei / 2n }
  await bench.list(alone)
  await bench.buy(3, alone)
  await bench.request(8)
  await bench.deliver(8, 1_024, alone)
  await bench.call('buyer', 'dispute', [8])
  note('closeDispute', await bench.call('buyer', 'closeDispute', [8]))
  return figures
}

/** What each call of the market costs on a chain with mainnet's rules. The same bytes every time, so the same figures. */
export const measureGas = async (): Promise<{ readonly deployGas: bigint, readonly figures: readonly GasFigure[] }> => {
  const chain = await startPracticeChain()
  const manners = { cacheTimeout: -1, pollingInterval: 5, batchMaxCount: 1, staticNetwork: true }
  const provider = new JsonRpcProvider(chain.rpcUrl, chain.chainId, manners)
  try {
    const bench = new Bench(chain, provider)
    const deployGas = await bench.deploy()
    return { deployGas, figures: [...await measureTrade(bench), ...await measureQuarrels(bench)] }
  } finally {
    provider.destroy()
    await chain.stop()
  }
}
