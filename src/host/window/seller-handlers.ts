import { AppError } from '../../shared/errors.ts'
import { hasSecondMoments } from '../../compute/products.ts'
import { describeModeToSeller, describeRows } from '../../shared/policy-words.ts'
import { createPolicy, defaultTotalCells } from '../seller/listing-service.ts'
import { checkReach, listOwnAddresses } from './check-reach.ts'
import { createListingStoreUse } from './dataset-use.ts'
import { findPlace, findTrade, type WindowContext } from './context.ts'
import { toDatasetJson, toListingJson, toMomentsJson } from './documents.ts'
import type { Handlers } from './handlers.ts'
import { describePublic } from './listing-view.ts'
import { judgeExamples } from './policy-examples.ts'
import { createImportSources } from './import-sources.ts'
import { previewImport, toSummary } from './preview-import.ts'
import { describeSale, earnedWei, toSaleJson } from './sale-view.ts'
import { defaultServePort, type ServeControl } from './serve-control.ts'

const countValues = (values: readonly number[], bins: number): { edges: number[], counts: number[] } => {
  let smallest = Infinity
  let largest = -Infinity
  for (const value of values) {
    smallest = Math.min(smallest, value)
    largest = Math.max(largest, value)
  }
  const width = largest > smallest ? (largest - smallest) / bins : 1
  const counts = new Array<number>(bins).fill(0)
  for (const value of values) {
    const bin = Math.min(bins - 1, Math.floor((value - smallest) / width))
    counts[bin] = (counts[bin] ?? 0) + 1
  }
  return { edges: Array.from({ length: bins + 1 }, (_, index) => smallest + index * width), counts }
}

export const createDatasetsHandlers = (context: WindowContext): Handlers<'datasets'> => {
  const { host: { datasets, databaseUrls }, jobs, changes } = context
  const sources = createImportSources(databaseUrls)
  const findUse = createListingStoreUse(context)
  const show = (name: string) => toDatasetJson(datasets.show(name), findUse(name))
  return {
    openFile: (file) => sources.open(file),
    keepDatabaseUrl: async ({ name, url }) => {
      await databaseUrls.keep(name, url)
      return {}
    },
    preview: async ({ source, decisions }) => previewImport(await sources.load(source, decisions), decisions),
    import: async ({ name, source, decisions, newVersion = false }) => {
      await datasets.importTable({ name, newVersion, ...await sources.describe(source), options: decisions })
      sources.close(source)
      changes.announce('datasets')
      return show(name)
    },
    list: () => datasets.list().map(({ name }) => show(name)),
    show: ({ name }) => ({
      ...show(name),
      columnList: datasets.readColumns(name).map(({ scale: _scale, ...column }) => column),
      summary: toSummary(datasets.show(name).report),
      secondMoments: toMomentsJson(datasets.show(name).report.secondMoments),
    }),
    rows: ({ name, offset, limit }) => ({ offset, total: datasets.show(name).rows, rows: datasets.readRows(name, offset, limit) }),
    histogram: ({ name, column, bins }) => {
      const index = datasets.readColumns(name).findIndex((candidate) => candidate.name === column)
      if (index === -1) throw new AppError('input.not-found', `Dataset ${name} has no column “${column.slice(0, 100)}”.`, { details: { dataset: name } })
      return countValues(datasets.readRows(name).map((row) => row[index] ?? Number.NaN), bins)
    },
    addSecondMoments: ({ name, ...options }) => {
      datasets.addSecondMoments(name, options)
      changes.announce('datasets')
      return show(name)
    },
    encrypt: ({ name, keyBits, packed = false }) => {
      datasets.show(name)
      return { job: jobs.start({ kind: 'encrypt', label: `Encrypting ${name}`, subject: name }, async ({ signal, progress }) => {
        try {
          await datasets.encrypt(name, { keyBits, packed, signal, onProgress: progress })
          return { kind: 'dataset', dataset: name }
        } finally {
          changes.announce('datasets')
        }
      }).id }
    },
    testData: ({ name, keyBits, rows }) => {
      datasets.createTestData(name, rows === undefined ? {} : { rows })
      return { job: jobs.start({ kind: 'test-data', label: `Encrypting test data of ${name}`, subject: name }, async ({ signal, progress }) => {
        try {
          await datasets.encryptTestData(name, { keyBits, signal, onProgress: progress })
          return { kind: 'dataset', dataset: name }
        } finally {
          changes.announce('datasets')
        }
      }).id }
    },
    dropPlain: async ({ name }) => {
      datasets.dropPlain(name)
      changes.announce('datasets')
      return show(name)
    },
    remove: async ({ name }) => {
      await datasets.remove(name)
      changes.announce('datasets')
      return {}
    },
  }
}

/** What a dataset that is not encrypted yet most likely will be. */
const usualKeyBits = 3072

const optionalWei = <Name extends string>(name: Name, wei: string | undefined): Partial<Record<Name, bigint>> =>
  (wei === undefined ? {} : { [name]: BigInt(wei) } as Record<Name, bigint>)

export const createListingsHandlers = ({ host, changes }: WindowContext): Handlers<'listings'> => ({
  create: async ({ valueWei, guaranteeWei, interactionFeeWei, serverUrl, pinOwnCertificate = false, ...draft }) => {
    const { listings } = await host.trade()
    const created = await listings.create({
      ...draft,
      ...(pinOwnCertificate ? { certificateHash: (await host.tls.get()).certificateHash } : {}),
      serverUrl: serverUrl ?? `http://127.0.0.1:${defaultServePort}`,
      valueWei: BigInt(valueWei),
      ...optionalWei('guaranteeWei', guaranteeWei),
      ...optionalWei('interactionFeeWei', interactionFeeWei),
    })
    changes.announce('listings', 'datasets')
    return toListingJson(created, findPlace(host))
  },
  list: () => host.listListings().map((listing) => toListingJson(listing, findPlace(host))),
  show: async ({ id }) => toListingJson((await host.trade()).listings.show(id), findPlace(host)),
  becomesPublic: async ({ id }) => {
    const trade = await host.trade()
    return describePublic(trade.listings.show(id), trade)
  },
  examples: ({ dataset, maxTotalCells, ...limits }) => {
    const { rows, data } = host.datasets.show(dataset)
    const keyBits = data?.keyBits ?? usualKeyBits
    const columns = host.datasets.readColumns(dataset)
    const policy = createPolicy(limits, rows, keyBits)
    const totalCells = maxTotalCells ?? defaultTotalCells(policy, rows, columns)
    return {
      modeWords: [
        ...describeModeToSeller(policy, totalCells),
        ...(hasSecondMoments(columns) ? describeRows(policy, true) : []),
      ],
      totalCells,
      questions: judgeExamples(columns, rows, keyBits, policy),
    }
  },
  discard: async ({ id }) => {
    await (await host.trade()).listings.discard(id)
    changes.announce('listings', 'datasets')
    return {}
  },
  rehearse: async ({ id }) => (await host.trade()).listings.rehearse(id).map(({ refusal, ...attack }) =>
    ({ ...attack, refusal: refusal === null ? null : { code: refusal.code, message: refusal.message } })),
})

export const createServeHandlers = ({ host }: Pick<WindowContext, 'host'>, serve: ServeControl): Handlers<'serve'> => ({
  state: () => serve.state(),
  off: async () => {
    await serve.off()
    return serve.state()
  },
  events: (_input, signal) => serve.events(signal),
  addresses: () => listOwnAddresses(),
  check: async ({ url }) => checkReach(url, (await host.trade()).openListing),
})

export const createSalesHandlers = ({ host }: WindowContext): Handlers<'sales'> => ({
  list: async () => {
    const trade = await findTrade(host)
    if (trade === null) return []
    const titles = new Map(trade.listings.list().map(({ id, details }) => [id, details.title]))
    return (await trade.sales.list()).map((sale) => toSaleJson(sale, titles)).reverse()
  },
  show: async ({ purchase }) => describeSale(await host.trade(), BigInt(purchase)),
  earnings: async () => {
    const trade = await findTrade(host)
    const sales = await trade?.sales.list() ?? []
    const days = new Map<string, { sales: number, earnedWei: bigint }>()
    let settledWei = 0n
    let pendingWei = 0n
    let reclaimableWei = 0n
    for (const { onChain, reclaimable } of sales) {
      if (onChain.state !== 'Settled' && onChain.state !== 'Refunded') pendingWei += onChain.terms.valueWei
      if (reclaimable) reclaimableWei += onChain.terms.valueWei
      if (onChain.state !== 'Settled' || trade === null) continue
      const earned = earnedWei(onChain, await trade.market.readHistory(onChain.id))
      settledWei += earned
      const day = new Date(onChain.closedAtSeconds * 1000).toISOString().slice(0, 10)
      const sum = days.get(day) ?? { sales: 0, earnedWei: 0n }
      days.set(day, { sales: sum.sales + 1, earnedWei: sum.earnedWei + earned })
    }
    const inOrder = [...days].sort(([a], [b]) => a.localeCompare(b))
    return {
      settledWei: settledWei.toString(),
      pendingWei: pendingWei.toString(),
      reclaimableWei: reclaimableWei.toString(),
      withdrawableWei: trade === null ? '0' : (await trade.market.readBalance(trade.market.account)).toString(),
      days: inOrder.map(([day, sum]) => ({ day, sales: sum.sales, earnedWei: sum.earnedWei.toString() })),
    }
  },
})
