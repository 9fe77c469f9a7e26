import { listTableNames } from '../../compute/products.ts'
import type { MarketEntry } from '../../shared/window-contract/market.ts'
import type { TradeReceiptJson } from '../../shared/window-contract/receipts.ts'
import type { Gauge as GaugeJson } from '../../shared/window-contract/rehearsal.ts'
import type { Trade } from '../create-host.ts'
import { assertAskable } from '../buyer/assert-askable.ts'
import type { Gauge } from '../buyer/gauge.ts'
import type { OpenedListing } from '../buyer/open-listing.ts'
import { checkScript, fetchTestData, gaugeScript, rehearse, type Rehearsal, type TestData } from '../buyer/rehearse.ts'
import { createScriptDeclarations, operatorDiagnosticCodes } from '../../script/declarations.ts'
import { receiptIdOf, type Receipt } from '../protocol/receipt.ts'
import { verifyReceipt } from '../protocol/verify-receipt.ts'
import { citeReceipt } from '../receipts/cite-receipt.ts'
import { renderReceipt } from '../receipts/render-receipt.ts'
import { renderResult, verifyTradeFile } from '../receipts/result-file.ts'
import { checkPages, pageProblems } from '../receipts/check-page.ts'
import { parseTradeText, readAttachedReceipt } from '../receipts/trade-text.ts'
import { isPracticeChain } from '../settings/known-chains.ts'
import { keepThreadReady } from '../scripts/script-thread.ts'
import { findTrade, type WindowContext } from './context.ts'
import { toTermsJson } from './documents.ts'
import type { Handlers } from './handlers.ts'
import { toOpenedListing } from './listing-view.ts'
import type { OpenedFiles } from './opened-files.ts'
import { describePurchase, findUnpaid, readClock, toElsewhereJson, toPurchaseSummary } from './purchase-view.ts'

interface MarketPage {
  readonly entries: MarketEntry[]
  readonly left: number
}

const listEntries = async ({ market }: Trade, added: readonly string[], most: number): Promise<MarketPage> => {
  const { listings, left } = await market.findListings({ most })
  const known = new Set(listings.map(({ url }) => url))
  const entries = [
    ...listings.map(({ id, open, seller, terms, url }): MarketEntry =>
      ({ url, source: 'chain', number: id.toString(), open, seller, terms: toTermsJson(terms), mine: seller === market.account })),
    ...added.filter((url) => !known.has(url)).map((url): MarketEntry => ({ url, source: 'added', number: null, open: null, seller: null, terms: null, mine: false })),
  ]
  return { entries, left }
}

export const createMarketHandlers = ({ host, changes }: WindowContext): Handlers<'market'> => ({
  list: async ({ most = 60 }) => {
    const trade = await findTrade(host)
    return trade === null ? { entries: [], left: 0 } : listEntries(trade, host.window.listUrls(trade.market), most)
  },
  show: async ({ url, unasked = false }) => {
    const { openListing, market } = await host.trade()
    // A chain of one's own names one's own addresses only.
    if (unasked && !isPracticeChain(market.chainId) && !host.window.listUrls(market).includes(url)) await assertAskable(url)
    return toOpenedListing(await openListing(url), market.account)
  },
  add: async ({ url }) => {
    const { openListing, market } = await host.trade()
    const opened = await openListing(url)
    host.window.addUrl(market, opened.url)
    changes.announce('market')
    return toOpenedListing(opened, market.account)
  },
  forget: ({ url }) => {
    host.window.removeUrl(url)
    changes.announce('market')
    return {}
  },
})

const toGaugeJson = (gauge: Gauge, log: readonly string[]): GaugeJson => ({
  cells: gauge.cells,
  ciphertextOperations: gauge.ciphertextOperations,
  estimatedSeconds: gauge.estimatedSeconds,
  answerBits: gauge.answerBits,
  headroomBits: gauge.headroomBits,
  roundingError: gauge.roundingError,
  maxAnswerCells: gauge.maxAnswerCells,
  maxAnswerBits: gauge.maxAnswerBits,
  maxComparisons: gauge.maxComparisons,
  shapes: gauge.shapes.map(({ path, shape, limit, fits }) => ({ path, shape: [...shape], limit: [...limit], fits })),
  replied: gauge.replied.map(({ path, shape }) => ({ path, shape: [...shape] })),
  interaction: { comparisons: gauge.interaction.comparisons, products: gauge.interaction.products, rounds: gauge.interaction.rounds },
  asked: gauge.asked.map(({ line, operation, comparisons, products }) => ({ line, operation, comparisons, products })),
  leakage: gauge.leakage,
  notes: gauge.notes.map(({ line, words }) => ({ line, words })),
  log: [...log],
})

/** The public test rows of the listing gauged last: whoever types asks for them with every pause. */
const createTestRows = () => {
  let kept: { readonly root: string, readonly rows: Promise<TestData> } | null = null
  return async ({ details, seller }: OpenedListing): Promise<TestData['rows']> => {
    if (kept?.root !== details.test.root) kept = { root: details.test.root, rows: fetchTestData(details, seller) }
    try {
      return (await kept.rows).rows
    } catch (error) {
      kept = null
      throw error
    }
  }
}

const toVerdict = (verdict: Rehearsal['verdict']) => (verdict.allowed
  ? { allowed: true as const }
  : { allowed: false as const, code: verdict.code, message: verdict.message })

export const createWorkspaceHandlers = ({ host, jobs, scripts, changes }: WindowContext): Handlers<'workspace'> => {
  const readTestRows = createTestRows()
  const changed = <T>(made: T): T => {
    changes.announce('scripts')
    return made
  }
  return {
    scripts: () => scripts.list(),
    read: ({ name }) => scripts.read(name),
    save: async ({ name, source }) => changed(await scripts.save(name, source)),
    rename: async ({ name, to }) => changed(await scripts.rename(name, to)),
    remove: async ({ name }) => {
      await scripts.remove(name)
      return changed({})
    },
    try: ({ url, ...script }) => ({
      job: jobs.start({ kind: 'rehearse', label: `Rehearsing ${script.fileName}`, subject: url }, async ({ signal, progress, step }) => {
        const startedAt = performance.now()
        step('Opening the listing')
        const opened = await (await host.trade()).openListing(url)
        step('Computing on test data')
        const outcome = await rehearse(script, opened.details, opened.seller, await host.engine(), { signal, onProgress: progress })
        return {
          kind: 'rehearsal', fileName: script.fileName,
          rehearsal: {
            plain: outcome.plain, encrypted: outcome.encrypted, largestDifference: outcome.largestDifference,
            gauge: toGaugeJson(outcome.gauge, outcome.log),
            verdict: toVerdict(outcome.verdict),
            milliseconds: performance.now() - startedAt,
          },
        }
      }).id,
    }),
    check: async ({ url, ...script }) => {
      const { details, seller } = await (await host.trade()).openListing(url)
      return toVerdict(await checkScript(script, details, seller))
    },
    gauge: async ({ url, ...script }) => {
      keepThreadReady()
      const opened = await (await host.trade()).openListing(url)
      const { gauge, log, refusal } = await gaugeScript(script, opened.details, () => readTestRows(opened))
      const line = refusal?.details.line
      return {
        ...toGaugeJson(gauge, log),
        refusal: refusal === null ? null : { code: refusal.code, message: refusal.message, line: typeof line === 'number' ? line : null },
      }
    },
    editorTypes: async ({ url }) => {
      // Scripts are about to be run.
      keepThreadReady()
      const opened = url === null ? null : await (await host.trade()).openListing(url)
      const columns = opened === null ? [] : listTableNames(opened.details.columns)
      return { declarations: createScriptDeclarations({ columns }), ignoredDiagnosticCodes: [...operatorDiagnosticCodes] }
    },
  }
}

export const createPurchasesHandlers = ({ host, jobs, changes }: WindowContext): Handlers<'purchases'> => ({
  list: async () => {
    const trade = await findTrade(host)
    if (trade === null) return []
    const clock = await readClock(trade)
    const views = await trade.purchases.list()
    const unpaid = await findUnpaid(trade, views, clock)
    return views.map((view) => {
      const { number, id } = view.purchase
      const ofIt = unpaid.has(id) ? clock : { ...clock, withdrawableWei: 0n }
      return toPurchaseSummary(view, number !== null && trade.purchases.findResult(number) !== null, ofIt)
    }).reverse()
  },
  elsewhere: async () => {
    const trade = await findTrade(host)
    if (trade === null) return []
    const nowSeconds = await trade.market.readTime()
    return (await trade.purchases.listElsewhere()).map((found) => toElsewhereJson(found, nowSeconds))
  },
  takeUp: async ({ purchase }) => {
    await (await host.trade()).purchases.takeUp(BigInt(purchase))
    changes.announce('purchases')
    return { purchase }
  },
  show: async ({ purchase }) => describePurchase(await host.trade(), BigInt(purchase)),
  compute: async ({ purchase, ...script }) => {
    const number = BigInt(purchase)
    const { purchases } = await host.trade()
    purchases.get(number)
    return {
      job: jobs.start({ kind: 'compute', label: `Computing ${script.fileName}`, subject: purchase }, async ({ signal, progress, step }) => {
        try {
          step('Downloading the encrypted table')
          await purchases.download(number, { signal, onProgress: progress })
          step('Computing on the encrypted table')
          const { programHash, resultHash, computedAt } = await purchases.compute(number, script, { signal, onProgress: progress })
          return { kind: 'computed', purchase, programHash, resultHash, computedAt }
        } finally {
          changes.announce('purchases')
        }
      }).id,
    }
  },
})

/** Every trade of this wallet on its contract; a sale of a listing that was made elsewhere has no receipt here. */
const listTradeReceipts = async ({ purchases, sales, listings, receipts }: Trade): Promise<TradeReceiptJson[]> => {
  const signedAt = new Map(receipts.list().map(({ role, purchase, updatedAt }) => [`${role}-${purchase}`, updatedAt]))
  const titles = new Map(listings.list().map(({ id, details }) => [id, details.title]))
  const trades = [
    ...(await purchases.list()).flatMap(({ purchase, onChain }) =>
      (onChain === null ? [] : [{ role: 'buyer' as const, onChain, title: purchase.details.title }])),
    ...(await sales.list()).flatMap(({ onChain, listing }) =>
      (listing === null ? [] : [{ role: 'seller' as const, onChain, title: titles.get(listing) ?? null }])),
  ]
  return trades.sort((left, right) => Number(right.onChain.id - left.onChain.id)).map(({ role, onChain, title }) => {
    const id = `${role}-${onChain.id}`
    return { id, role, purchase: onChain.id.toString(), title, state: onChain.state, updatedAt: signedAt.get(id) ?? null }
  })
}

export const createReceiptsHandlers = ({ host, changes }: WindowContext, openedFiles: OpenedFiles): Handlers<'receipts'> => ({
  list: async () => {
    const trade = await findTrade(host)
    return trade === null ? [] : listTradeReceipts(trade)
  },
  export: async ({ purchase, format, encloseAnswer }) => {
    const { receipt, missingHalf, title } = await (await host.trade()).receipts.export(BigInt(purchase), { encloseAnswer })
    changes.announce('receipts')
    const { fileName, mediaType, bytes } = await renderReceipt(receipt, format, title)
    const citation = citeReceipt(receipt, verifyReceipt(receipt).decryptionProved, title)
    return { fileName, mediaType, base64: Buffer.from(bytes).toString('base64'), citation, missingHalf }
  },
  exportResult: async ({ purchase }) => {
    const { receipt, answer, missingHalf } = await (await host.trade()).receipts.exportResult(BigInt(purchase))
    changes.announce('receipts')
    const { fileName, mediaType, bytes } = renderResult(answer, receipt)
    return { fileName, mediaType, base64: Buffer.from(bytes).toString('base64'), missingHalf }
  },
  opened: ({ file }) => {
    const { fileName, text } = openedFiles.read(file)
    return { fileName, json: text }
  },
  verify: async (given) => {
    const pdf = 'pdf' in given ? new Uint8Array(Buffer.from(given.pdf, 'base64')) : null
    const json = parseTradeText(pdf === null ? 'json' in given ? given.json : '' : readAttachedReceipt(pdf, 'the file'), 'the text')
    const { receipt, signatures, ...verdict } = verifyTradeFile(json)
    // As it is written in the file: parsed by its schema it would be the same receipt in another order of names.
    const pages = pdf === null || !verdict.ok || receipt === null ? null : await checkPages(pdf, json as Receipt)
    const problems = [...verdict.problems, ...pages === null ? [] : pageProblems[pages]].map(({ field, message }) => ({ field, message }))
    const ok = problems.length === 0
    const citation = ok && verdict.signedByBoth && receipt !== null ? citeReceipt(receipt, verdict.decryptionProved) : null
    const receiptId = receipt === null ? null : receiptIdOf(receipt.trade)
    return { ...verdict, ok, pages, written: [...verdict.written], signatures: { ...signatures }, receiptId, citation, problems }
  },
})
