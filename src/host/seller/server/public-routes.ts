import { AppError, isAppError } from '../../../shared/errors.ts'
import {
  blindComparisonsRequestSchema, checkRequestSchema, checkVerdictSchema, healthSchema, listingsSchema, mostTestResults,
  productsRequestSchema, productsSchema, sessionChallengeSchema, sessionRequestSchema, sessionSchema,
  signsSchema, testDataSchema, testResultsRequestSchema,
  testResultsSchema, type CheckVerdict, type Health,
} from '../../../shared/schemas/http.ts'
import { detailsSchema } from '../../../shared/schemas/details.ts'
import { z } from 'zod'
import type { Engine } from '../../../engine/engine.ts'
import type { DatasetService } from '../../datasets/dataset-service.ts'
import { fromBase64, toBase64 } from '../../base64.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import { encodeChunk } from '../../datasets/chunk-arrow.ts'
import type { ListingStore, StoredListing } from '../listing-store.ts'
import { isFree, productsOf, signsOf } from '../help.ts'
import { createTurns } from '../turns.ts'
import { createListingPage, createPublicPage, createRobots, createSitemap, type FindExplorer } from './public-page.ts'
import { defineRoute, type Route } from './route.ts'
import type { Sessions } from './sessions.ts'

export interface PublicRouteDependencies {
  readonly listings: ListingStore
  readonly datasets: DatasetService
  readonly ledger: Ledger
  readonly engine: () => Promise<Engine>
  readonly sessions: Sessions
  readonly health: () => Promise<Health>
  readonly findExplorer: FindExplorer
}

/**
 * The verdict on a program, or on a number of cells in `private` mode, as `check` tells it: a refusal is an answer here, not an error.
 * Throws `input.invalid` for a body that is none.
 */
const judge = async (text: string, listing: StoredListing, ledger: Ledger): Promise<CheckVerdict> => {
  let verdict: CheckVerdict = { allowed: true }
  await ledger.settle({ kind: 'check', text }, listing, (judged) => {
    try {
      if ('refusal' in judged) verdict = { allowed: false, ...judged.refusal }
      else if ('judgement' in judged) return ledger.assertPermitted(judged.judgement, listing)
      else ledger.assertCellsPermitted(judged.cells, listing)
    } catch (error) {
      if (!isAppError(error) || !/^(?:policy|input)\./.test(error.code)) throw error
      verdict = { allowed: false, code: error.code, message: error.message }
    }
    return true
  })
  return verdict
}

/** Programs that anyone sends are judged one at a time, so that those of buyers who paid need not wait behind them. */
const mostChecksAtOnce = 1
/** More that wait are sent away: each may be megabytes. */
const mostChecksWaiting = 64

/** What anyone may see and try: the listings, their test data and its key's services, the policy's verdict, signing in. */
export const createPublicRoutes = (dependencies: PublicRouteDependencies): readonly Route[] => {
  const { listings, datasets, ledger, engine, sessions, health, findExplorer } = dependencies
  const inTurn = createTurns(mostChecksAtOnce)
  let checks = 0
  const checkInTurn = async (text: string, listing: StoredListing): Promise<CheckVerdict> => {
    if (checks > mostChecksWaiting) throw new AppError('access.too-many-requests', 'Too many programs wait here to be checked.', { retryable: true })
    checks += 1
    try {
      return await inTurn(() => judge(text, listing, ledger))
    } finally {
      checks -= 1
    }
  }
  const published = (): readonly StoredListing[] => listings.list().filter(({ number }) => number !== null)
  const show = (id: string | undefined): StoredListing => {
    const listing = id === undefined ? null : listings.find(id)
    if (listing === null || listing.number === null) throw new AppError('input.not-found', 'There is no such listing here.', { details: { listing: id ?? '' } })
    return listing
  }

  return [
    defineRoute({
      method: 'GET', path: '/', summary: 'A page for people: what is on sale, on what terms, how to buy', audience: 'anyone',
      responseType: 'text/html; charset=utf-8', isPage: true, requestsPerMinute: 120,
      handle: () => ({ type: 'text/html; charset=utf-8', bytes: createPublicPage(published()) }),
    }),
    defineRoute({
      method: 'GET', path: '/listings/:id', summary: 'A page for people about one listing', audience: 'anyone',
      responseType: 'text/html; charset=utf-8', isPage: true, requestsPerMinute: 120,
      handle: ({ origin, parameters }) => ({ type: 'text/html; charset=utf-8', bytes: createListingPage(show(parameters['id']), origin, findExplorer) }),
    }),
    defineRoute({
      method: 'GET', path: '/sitemap.xml', summary: 'The addresses of all pages', audience: 'anyone', responseType: 'application/xml', isPage: true, requestsPerMinute: 60,
      handle: ({ origin }) => ({ type: 'application/xml', bytes: createSitemap(published(), origin) }),
    }),
    defineRoute({
      method: 'GET', path: '/robots.txt', summary: 'Leads search engines to the sitemap', audience: 'anyone', responseType: 'text/plain; charset=utf-8', isPage: true,
      requestsPerMinute: 60,
      handle: ({ origin }) => ({ type: 'text/plain; charset=utf-8', bytes: createRobots(origin) }),
    }),
    defineRoute({
      method: 'GET', path: '/healthz', summary: 'Whether buyers are served: 200 where all is well, else 503 with what is not', audience: 'anyone',
      response: healthSchema, alsoStatuses: [503], requestsPerMinute: 600,
      handle: async () => {
        const found = await health()
        return { status: found.ok ? 200 : 503, json: found }
      },
    }),
    defineRoute({
      method: 'GET', path: '/v1/listings', summary: 'The listings served here', audience: 'anyone', response: listingsSchema, requestsPerMinute: 120,
      handle: () => ({
        json: {
          listings: published().map(({ id, details, terms, number }) => ({
            id, title: details.title, details: details.meta_link, detailsHash: terms.detailsHash, listing: String(number),
          })),
        },
      }),
    }),
    defineRoute({
      method: 'GET', path: '/v1/listings/:id', summary: 'The details document: the bytes whose keccak256 is detailsHash on the contract', audience: 'anyone',
      response: detailsSchema, requestsPerMinute: 240,
      handle: ({ parameters }) => ({ type: 'application/json', bytes: show(parameters['id']).text }),
    }),
    defineRoute({
      method: 'GET', path: '/v1/listings/:id/test', summary: 'Test data: made-up rows in the clear, and encrypted under their own key', audience: 'anyone',
      response: testDataSchema, requestsPerMinute: 60,
      handle: async ({ parameters }) => {
        const { dataset } = show(parameters['id'])
        const { commitment, leaves, readChunk } = datasets.readTensor(dataset, 'test')
        const columns = datasets.readColumns(dataset)
        return {
          json: {
            columns,
            manifest: { commitment, leaves },
            rows: datasets.readTestRows(dataset),
            chunks: await Promise.all(leaves.map(async (_, index) =>
              toBase64(encodeChunk(commitment, columns, index, await readChunk(index))))),
          },
        }
      },
    }),
    defineRoute({
      method: 'POST', path: '/v1/listings/:id/test/results', summary: 'Decrypts results computed on the test data, under the test key', audience: 'anyone',
      body: testResultsRequestSchema, response: testResultsSchema, bodyLimitBytes: 8 * 1024 * 1024, requestsPerMinute: 60,
      handle: async ({ parameters, body }) => {
        const { dataset, details } = show(parameters['id'])
        const ciphertexts = fromBase64(body.ciphertexts)
        const length = details.test.key.bits / 4
        if (ciphertexts.length === 0 || ciphertexts.length % length !== 0 || ciphertexts.length > mostTestResults * length) {
          throw new AppError('input.invalid', `A request for test results holds 1 to ${mostTestResults} ciphertexts of ${length} bytes each.`, { details: { bytes: ciphertexts.length } })
        }
        const key = datasets.readKeyPair(dataset, 'test')
        const arithmetic = await engine()
        await arithmetic.assertCiphertexts(key.publicKey, ciphertexts)
        const integers = await arithmetic.decrypt(key, ciphertexts)
        return { json: { integers: integers.map(String) } }
      },
    }),
    defineRoute({
      method: 'POST', path: '/v1/listings/:id/test/comparisons',
      summary: 'Tells which ciphertexts computed on the test data are at least 0, under the test key', audience: 'anyone',
      body: blindComparisonsRequestSchema, response: signsSchema, bodyLimitBytes: 2 * 1024 * 1024, requestsPerMinute: 600,
      handle: async ({ parameters, body }) => {
        const key = datasets.readKeyPair(show(parameters['id']).dataset, 'test')
        return { json: { signs: await signsOf(fromBase64(body.ciphertexts), key, await engine(), isFree) } }
      },
    }),
    defineRoute({
      method: 'POST', path: '/v1/listings/:id/test/products',
      summary: 'Multiplies pairs of masked ciphertexts computed on the test data, under the test key', audience: 'anyone',
      body: productsRequestSchema, response: productsSchema, bodyLimitBytes: 4 * 1024 * 1024, requestsPerMinute: 60,
      handle: async ({ parameters, body }) => {
        const key = datasets.readKeyPair(show(parameters['id']).dataset, 'test')
        const ciphertexts = await productsOf(fromBase64(body.left), fromBase64(body.right), key, await engine(), isFree)
        return { json: { ciphertexts: toBase64(ciphertexts) } }
      },
    }),
    defineRoute({
      method: 'POST', path: '/v1/listings/:id/check', summary: 'Would this program be answered? The policy\'s verdict, nothing counted', audience: 'anyone',
      body: checkRequestSchema, takesText: true, response: checkVerdictSchema, bodyLimitBytes: 2 * 1024 * 1024, requestsPerMinute: 20,
      handle: async ({ parameters, text }) => ({ json: await checkInTurn(text, show(parameters['id'])) }),
    }),
    defineRoute({
      method: 'POST', path: '/v1/sessions', summary: 'Sign-In with Ethereum (EIP-4361): an address gets a challenge, a signed challenge a bearer token', audience: 'anyone',
      body: sessionRequestSchema, response: z.union([sessionChallengeSchema, sessionSchema]), requestsPerMinute: 60,
      handle: async ({ body, domain, origin }) => 'address' in body
        ? { json: { message: sessions.challenge(body.address, domain, origin) } }
        : { status: 201, json: await sessions.open(body.message, body.signature, domain) },
    }),
  ]
}
