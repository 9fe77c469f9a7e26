/**
 * The public library: the six calls of the 2020 Python library, in the same order of use, and the tensor API.
 * `initialize` once, then call the functions below, or the methods of the client it returns.
 */
import { AppError } from '../shared/errors.ts'
import type { AnswerJson, AnswerValue, JobOptions, TestRun } from '../host/index.ts'
import type { Client, DataRequest, PurchaseHandle, PurchaseStatus, RequestDataOptions, RequestResultOptions, TestRequest } from './client.ts'
import { openClient } from './initialize.ts'
import type { InitializeOptions } from './options.ts'

export { concat, dot, Tensor } from '../host/index.ts'
export type { AnswerJson, AnswerValue, JobOptions, Progress, TestRun } from '../host/index.ts'
export { AppError, isAppError } from '../shared/errors.ts'
export type { Ask, Question } from './ask.ts'
export type { Client, DataRequest, Listing, PurchaseHandle, PurchaseStatus, RequestDataOptions, RequestResultOptions, TestRequest } from './client.ts'
export type { InitializeOptions, NetworkOptions } from './options.ts'

let current: Client | null = null

const currentClient = (): Client => {
  if (current === null) throw new AppError('runtime.not-initialized', 'There is no session yet.')
  return current
}

/**
 * Opens a session for one account on one network and makes it the one that the functions below use. Without arguments it takes the
 * default profile where there is one, and otherwise asks for the account and the network and offers to keep them. An earlier session
 * stays open until its own `close`. Throws `input.unanswered` where something is missing and nobody can be asked,
 * `input.private-key-invalid`, `input.address-mismatch`, `input.legacy-file-invalid`, `access.*` where the profile does not open,
 * `chain.*` where the network does not answer as it should.
 */
export const initialize = async (options: InitializeOptions = {}): Promise<Client> => {
  current = await openClient(options)
  return current
}

/** Fetches a listing's free test data by the listing's details URL. See `Client.requestTest`. */
export const requestTest = async (url: string): Promise<TestRequest> => currentClient().requestTest(url)

/** The answer on the test data, plain and through the seller's test key. See `Client.retrieveTestResult`. */
export const retrieveTestResult = async (test: TestRequest, answer: AnswerValue, options?: JobOptions): Promise<TestRun> =>
  currentClient().retrieveTestResult(test, answer, options)

/** Pays into escrow (wei) and downloads the ciphertexts. See `Client.requestData`. */
export const requestData = async (url: string, options?: RequestDataOptions): Promise<DataRequest> =>
  currentClient().requestData(url, options)

/** Sends the one result request of a purchase and gives its decrypted answer. See `Client.requestResult`. */
export const requestResult = async (purchase: PurchaseHandle, answer: AnswerValue, options?: RequestResultOptions): Promise<AnswerJson> =>
  currentClient().requestResult(purchase, answer, options)

/** Gets the money of a purchase back. See `Client.litigation`. */
export const litigation = async (purchase: PurchaseHandle): Promise<PurchaseStatus> => currentClient().litigation(purchase)
