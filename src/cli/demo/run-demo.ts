import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { createHost, evaluateOnPlainTable, type AnswerJson, type ImportReport, type PlainEvaluation } from '../../host/index.ts'
import { startPracticeChain, type PracticeAccount } from '../../host/chain/practice-chain.ts'
import { AppError } from '../../shared/errors.ts'
import { describeDoubts } from '../import-text.ts'
import { usualAnswerCells } from '../../shared/usual-terms.ts'
import { readUserFile } from '../../client/read-user-file.ts'
import { compareWithExpected } from './compare.ts'
import { findFreePort } from './free-port.ts'
import { createParty, type Party } from './party.ts'

export interface DemoOptions {
  readonly data: string
  readonly script: string
  /** A sidecar with units and descriptions. */
  readonly columns?: string
  readonly keyBits: 2048 | 3072 | 4096
  readonly mode: 'disclosed' | 'private'
  readonly missing: string
  /** Of the columns named, separated by commas, or of all; none where absent. */
  readonly secondMoments?: true | string
  /** Comparisons of encrypted cells the listing sells; in disclosed mode its answers may then be of single rows. None where absent. */
  readonly comparisons?: number
  /** Products of two encrypted cells it sells, in private mode. None where absent. */
  readonly products?: number
  /** Whether it sells answers about single rows, a number for each of them. */
  readonly rowAnswers?: boolean
  readonly valueWei: bigint
  /** Where the receipts are kept. */
  readonly out?: string
  readonly note: (line: string) => void
  readonly signal: AbortSignal
}

interface Balances {
  readonly seller: bigint
  readonly buyer: bigint
}

export interface DemoReport {
  readonly dataset: { readonly rows: number; readonly columns: number; readonly keyBits: number }
  /** What the import left out or kept with a doubt, in words: rows with a missing value, columns, units. */
  readonly doubts: readonly string[]
  readonly answer: AnswerJson
  readonly expected: AnswerJson
  readonly maxAbsError: number
  readonly maxRelativeError: number
  readonly rehearsalDifference: number
  readonly proofVerified: boolean | null
  /** Replies that rest on the seller's word. */
  readonly unprovedReplies: number
  readonly state: string
  readonly value: bigint
  readonly guarantee: bigint
  readonly balances: { readonly before: Balances; readonly after: Balances }
  readonly receipts: readonly string[]
  readonly steps: readonly { readonly name: string; readonly milliseconds: number }[]
  readonly transactions: readonly { readonly name: string; readonly hash: string; readonly gasUsed: string; readonly feeWei: string }[]
}

/** Errors above this are not rounding. */
const largestRelativeError = 1e-9

interface WalletDocument { readonly balanceWei: string }
interface TransactionDocument {
  readonly purpose: string
  readonly status: string
  readonly hash: string
  readonly gasUsed: string
  readonly feeWei: string
}

const readBalance = async (party: Party): Promise<bigint> => BigInt((await party.run<WalletDocument>('wallet', 'show')).balanceWei)

/** A profile with a practice account, on the practice chain. */
const prepare = async (party: Party, account: PracticeAccount, rpcUrl: string, contract: readonly string[]): Promise<void> => {
  mkdirSync(party.home, { recursive: true, mode: 0o700 })
  const secretFile = join(party.home, 'practice-key')
  writeFileSync(secretFile, account.privateKey, { mode: 0o600 })
  await party.run('wallet', 'import', '--private-key', '--secret-file', secretFile)
  rmSync(secretFile)
  await party.run('network', 'add', 'practice', '--rpc', rpcUrl, '--chain-id', '31337', ...contract)
}

/** What float64 makes of the imported table: another evaluator than the one that was sold. */
const evaluateExpected = async (sellerHome: string, script: string): Promise<PlainEvaluation> => {
  const host = await createHost({ home: sellerHome })
  try {
    return await evaluateOnPlainTable(host.datasets, 'demo', { fileName: basename(script), source: readUserFile(script) })
  } finally {
    await host.close()
  }
}

const assertHeld = (report: DemoReport): void => {
  const { before, after } = report.balances
  const feesOf = (party: string): bigint =>
    report.transactions.filter(({ name }) => name.startsWith(party)).reduce((sum, { feeWei }) => sum + BigInt(feeWei), 0n)
  const checks: readonly (readonly [boolean, string])[] = [
    [report.proofVerified === true, 'the decryption was not proved'],
    [report.state === 'Settled', `the purchase is ${report.state}, not Settled`],
    [report.maxRelativeError <= largestRelativeError, `the answer is off by ${report.maxRelativeError}`],
    [report.rehearsalDifference <= largestRelativeError, `the two rehearsals differ by ${report.rehearsalDifference}`],
    [after.seller === before.seller + report.value - feesOf('seller'), 'the seller was not paid exactly the price'],
    [after.buyer === before.buyer - report.value - feesOf('buyer'), 'the buyer did not pay exactly the price'],
  ]
  const failed = checks.find(([holds]) => !holds)
  if (failed !== undefined) throw new AppError('runtime.demo-check-failed', `The demo ran, but ${failed[1]}.`)
}

interface Stage {
  readonly seller: Party
  readonly buyer: Party
  readonly rpcUrl: string
  readonly accounts: readonly PracticeAccount[]
  readonly receiptsFolder: string
  step<T>(name: string, act: () => Promise<T>): Promise<T>
}

/**
 * A table of any size can be tried: the usual minimum where there are rows for it, and an answer as long as there are columns.
 * A seller's process that dies is waited for as long as the delivery may take, and no longer.
 */
const leastRows = ({ comparisons, rowAnswers = false }: DemoOptions, rows: number): number =>
  (comparisons === undefined && !rowAnswers ? Math.min(10, rows) : 1)
const helpTerms = ({ comparisons, products }: DemoOptions): string[] => [
  ...(comparisons === undefined ? [] : ['--comparisons', String(comparisons)]),
  ...(products === undefined ? [] : ['--products', String(products)]),
]
/** However small the table, it answers once. */
const totalCells = (rows: number, columns: number): string[] => (rows * columns < 2 * usualAnswerCells ? ['--max-total-cells', String(usualAnswerCells)] : [])
/** A number for each row and each column, as often as there are columns; without a mask so short that some 800 fit one answer. */
const rowTerms = ({ mode }: DemoOptions, rows: number, columns: number): string[] =>
  ['--max-answer-cells', String(rows + columns), '--max-total-cells', String((rows + columns) * columns), ...(mode === 'private' ? [] : ['--max-answer-bits', '64'])]
const cellTerms = (options: DemoOptions, rows: number, columns: number): string[] =>
  (options.rowAnswers === true ? rowTerms(options, rows, columns) : options.mode === 'private' ? [] : totalCells(rows, columns))
const termsFor = (options: DemoOptions, rows: number, columns: number): string[] =>
  ['--mode', options.mode,
    ...(options.mode === 'private' ? [] : ['--min-rows', String(leastRows(options, rows))]), ...cellTerms(options, rows, columns), ...helpTerms(options),
    '--condition', String(Math.min(1, rows / columns)), '--delivery', '10m']

interface ListingDocument { readonly id: string; readonly terms: { readonly guaranteeWei: string } }

interface OpenShop {
  readonly url: string
  readonly guarantee: bigint
  readonly before: Balances
  readonly doubts: readonly string[]
}

/** The seller's part up to an open shop; gives the listing's address. */
const openShop = async ({ seller, buyer, rpcUrl, accounts, step }: Stage, options: DemoOptions): Promise<OpenShop> => {
  const [sellerAccount, buyerAccount] = accounts as readonly [PracticeAccount, PracticeAccount]
  const before = await step('open two profiles and deploy the market', async () => {
    await prepare(seller, sellerAccount, rpcUrl, [])
    const sellerBalance = await readBalance(seller)
    const { contract } = await seller.run<{ contract: string }>('contract', 'deploy')
    await prepare(buyer, buyerAccount, rpcUrl, ['--contract', contract])
    return { seller: sellerBalance, buyer: await readBalance(buyer) }
  })
  const { report } = await step('seller imports the table', () =>
    seller.run<{ report: ImportReport }>('dataset', 'import', options.data, '--name', 'demo', '--missing', options.missing,
      ...(options.columns === undefined ? [] : ['--columns', options.columns])))
  const doubts = describeDoubts(report)
  for (const doubt of doubts) options.note(doubt)
  const { secondMoments } = options
  if (secondMoments !== undefined) {
    await step('seller adds second moments', () => seller.run('dataset', 'second-moments', 'demo', '--min-rows', String(leastRows(options, report.rowsKept)),
      ...(secondMoments === true ? [] : ['--columns', secondMoments])))
  }
  const keyBits = ['--key-bits', String(options.keyBits)]
  await step('seller encrypts it', () => seller.run('dataset', 'encrypt', 'demo', ...keyBits))
  await step('seller makes test data', () => seller.run('dataset', 'test-data', 'demo', ...keyBits))
  const port = await findFreePort()
  const { id, terms } = await step('seller publishes the listing', async () => {
    const listing = await seller.run<ListingDocument>('listing', 'create', 'demo', '--value', `${options.valueWei}wei`, '--title', basename(options.data),
      '--url', `http://127.0.0.1:${port}`, ...termsFor(options, report.rowsKept, report.columns.length))
    await seller.run('listing', 'publish', listing.id)
    return listing
  })
  const { url } = await step('seller opens the shop', () => seller.start<{ url: string }>('serve', '--port', String(port)))
  return { url: `${url}/v1/listings/${id}`, guarantee: BigInt(terms.guaranteeWei), before, doubts }
}

interface Bought {
  readonly answer: AnswerJson
  readonly proofVerified: boolean | null
  readonly unprovedReplies: number
  readonly state: string
  readonly purchase: string
  readonly rehearsalDifference: number
}

const isInteractionWanted = (error: unknown): boolean =>
  error instanceof AppError && error.code === 'runtime.demo-step-failed' && error.details['code'] === 'escrow.interaction-not-open'

/** Help is paid for when a script first asks for it, and not before. */
const compute = async ({ buyer, step }: Stage, purchase: string, script: string): Promise<void> => {
  const isDone = await step('buyer downloads and computes', () => buyer.run('compute', purchase, script).then(() => true, (error: unknown) => {
    if (!isInteractionWanted(error)) throw error
    return false
  }))
  if (isDone) return
  await step('buyer pays for the help the script asks for', () => buyer.run('open-interaction', purchase))
  await step('buyer computes, the seller helps', () => buyer.run('compute', purchase, script))
}

const buyAnswer = async (stage: Stage, url: string, script: string): Promise<Bought> => {
  const { buyer, step } = stage
  const rehearsal = await step('buyer rehearses on test data', () => buyer.run<{ largestDifference: number }>('try', url, script))
  const { purchase } = await step('buyer pays into escrow', () => buyer.run<{ purchase: string }>('buy', url, '--script', script))
  await compute(stage, purchase, script)
  const { answer, proofVerified, unprovedReplies } = await step('buyer requests the answer, seller delivers', () =>
    buyer.run<Pick<Bought, 'answer' | 'proofVerified' | 'unprovedReplies'>>('request', purchase))
  const { state } = await step('buyer confirms', () => buyer.run<{ state: string }>('confirm', purchase))
  return { answer, proofVerified, unprovedReplies, state, purchase, rehearsalDifference: rehearsal.largestDifference }
}

const writeReceipts = async ({ seller, buyer, rpcUrl, receiptsFolder, step }: Stage, { mode }: DemoOptions, purchase: string): Promise<readonly string[]> => step('both write and check their receipts', async () => {
  mkdirSync(receiptsFolder, { recursive: true })
  const paths = [join(receiptsFolder, 'buyer.json'), join(receiptsFolder, 'seller.json')]
  await buyer.run('receipts', 'export', purchase, '--out', paths[0] as string)
  await seller.run('receipts', 'export', purchase, '--out', paths[1] as string)
  await buyer.run('receipts', 'verify', paths[0] as string)
  // Both signed the buyer's; the seller's own is one party's word, for which the chain must vouch. It cannot vouch for private mode.
  if (mode !== 'private') await buyer.run('receipts', 'verify', paths[1] as string, '--rpc', rpcUrl)
  return paths
})

const listTransactions = async ({ seller, buyer }: Stage): Promise<DemoReport['transactions']> => {
  const lists = await Promise.all((['seller', 'buyer'] as const).map(async (name) => {
    const { transactions } = await { seller, buyer }[name].run<{ transactions: readonly TransactionDocument[] }>('tx', 'list')
    return transactions.filter(({ status }) => status === 'confirmed').map(({ purpose, hash, gasUsed, feeWei }) => ({ name: `${name}: ${purpose}`, hash, gasUsed, feeWei }))
  }))
  return lists.flat()
}

const trade = async (stage: Stage, options: DemoOptions, steps: DemoReport['steps']): Promise<DemoReport> => {
  const { seller, buyer, step } = stage
  const { url, guarantee, before, doubts } = await openShop(stage, options)
  const bought = await buyAnswer(stage, url, options.script)
  await step('both withdraw', async () => {
    await seller.run('wallet', 'withdraw')
    await buyer.run('wallet', 'withdraw')
  })
  const receipts = await writeReceipts(stage, options, bought.purchase)
  const after = { seller: await readBalance(seller), buyer: await readBalance(buyer) }
  const { answer: expected, rows, columns } = await step('check against plain float64', () => evaluateExpected(seller.home, options.script))
  return {
    dataset: { rows, columns, keyBits: options.keyBits },
    doubts,
    answer: bought.answer,
    expected,
    ...compareWithExpected(bought.answer, expected),
    rehearsalDifference: bought.rehearsalDifference,
    proofVerified: bought.proofVerified,
    unprovedReplies: bought.unprovedReplies,
    state: bought.state,
    value: options.valueWei,
    guarantee,
    balances: { before, after },
    receipts,
    steps,
    transactions: await listTransactions(stage),
  }
}

const runIn = async (folder: string, options: DemoOptions): Promise<DemoReport> => {
  const passphraseFile = join(folder, 'passphrase')
  writeFileSync(passphraseFile, randomBytes(24).toString('base64url'), { mode: 0o600 })
  process.env['HESYSTEM_PASSPHRASE_FILE'] = passphraseFile
  const environment = { HESYSTEM_PASSPHRASE_FILE: passphraseFile }
  const seller = createParty('seller', join(folder, 'seller'), environment, options.note)
  const buyer = createParty('buyer', join(folder, 'buyer'), environment, options.note)
  const stopParties = (): Promise<unknown> => Promise.all([seller.stop(), buyer.stop()])
  options.signal.addEventListener('abort', () => { void stopParties() }, { once: true })
  const practice = await startPracticeChain()
  const steps: { name: string; milliseconds: number }[] = []
  const step = async <T>(name: string, act: () => Promise<T>): Promise<T> => {
    options.note(`— ${name}`)
    const startedAt = performance.now()
    const result = await act()
    steps.push({ name, milliseconds: Math.round(performance.now() - startedAt) })
    return result
  }
  const { rpcUrl, accounts } = practice
  const receiptsFolder = options.out ?? join(folder, 'receipts')
  try {
    const report = await trade({ seller, buyer, rpcUrl, accounts, receiptsFolder, step }, options, steps)
    assertHeld(report)
    return report
  } catch (error) {
    // What was under way failed because it was ended.
    if (options.signal.aborted) throw new AppError('runtime.cancelled', 'The demo was stopped before its end.', { cause: error })
    throw error
  } finally {
    await stopParties()
    await practice.stop()
  }
}

/**
 * The whole trade between two parties with a profile and processes of their own, over real HTTP and a real practice chain.
 * Throws `runtime.demo-step-failed` with the failing command's code, `runtime.demo-check-failed` where the outcome is not
 * what it must be, `runtime.cancelled` when aborted; leaves nothing running, and of its files only the receipts.
 */
export const runDemo = async (options: DemoOptions): Promise<DemoReport> => {
  const folder = mkdtempSync(join(tmpdir(), 'hesystem-demo-'))
  try {
    return await runIn(folder, options)
  } finally {
    const left = existsSync(join(folder, 'receipts')) ? ['seller', 'buyer', 'passphrase'].map((name) => join(folder, name)) : [folder]
    for (const path of left) rmSync(path, { recursive: true, force: true })
  }
}
