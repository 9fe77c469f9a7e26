import { getBytes, hexlify, keccak256, type Wallet } from 'ethers'
import { isDeepStrictEqual } from 'node:util'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Engine } from '../../../src/engine/engine.ts'
import { decodeChunk } from '../../../src/host/datasets/chunk-arrow.ts'
import { assertChunk, parseManifest } from '../../../src/host/datasets/tensor-wire.ts'
import { openDelivery } from '../../../src/host/protocol/opened-answer.ts'
import { hashResultRequest, signResultRequest } from '../../../src/host/protocol/result-request.ts'
import { generateSealingKey } from '../../../src/host/protocol/sealing.ts'
import type { Details } from '../../../src/shared/schemas/details.ts'
import { answerSchema, manifestSchema, resultAcceptedSchema } from '../../../src/shared/schemas/http.ts'
import type { ResultRequest } from '../../../src/shared/schemas/result-request.ts'
import type { LoadChain } from './chain.ts'
import { createLoadClient, type LoadClient } from './client.ts'
import type { Question } from './questions.ts'

export interface LoadBuyer {
  readonly number: bigint
  readonly wallet: Wallet
  readonly client: LoadClient
}

/** Milliseconds that each answer of one kind took. */
export type Times = Record<'sign-in' | 'chunk' | 'request taken' | 'answer', number[]>

const timed = async <T>(times: number[], act: () => Promise<T>): Promise<T> => {
  const startedAt = performance.now()
  const value = await act()
  times.push(performance.now() - startedAt)
  return value
}

export const createBuyer = (origin: string, at: number, wallet: Wallet, number: bigint): LoadBuyer =>
  ({ number, wallet, client: createLoadClient(origin, at) })

/** Every chunk, each held to the leaf that the listing's root stands for. Calls `keep` with its ciphertexts. */
export const download = async (
  { number, client }: LoadBuyer, { dataset, columns }: Details, times: Times,
  keep: (index: number, ciphertexts: Uint8Array) => void, bytesPerSecond = Infinity,
): Promise<void> => {
  const base = `/v1/purchases/${number}/data`
  const { leaves } = parseManifest(await client.askJson(`${base}/manifest`, manifestSchema), dataset)
  for (const [index, leaf] of leaves.entries()) {
    const path = `${base}/${index}`
    const isFast = bytesPerSecond === Infinity
    const bytes = isFast ? await timed(times.chunk, () => client.askBytes(path)) : await client.askSlowly(path, bytesPerSecond)
    const ciphertexts = decodeChunk(bytes, dataset, columns, index)
    assertChunk(dataset, index, ciphertexts, leaf)
    keep(index, ciphertexts)
  }
}

export interface OpenRequest {
  readonly request: ResultRequest
  readonly signature: string
  readonly secretKey: Uint8Array
}

/** Signs a request and notes it on the contract, so that all can then be sent at once. */
export const prepareRequest = async (
  { number, wallet }: LoadBuyer, details: Details, { result }: Question, chain: LoadChain,
): Promise<OpenRequest> => {
  const { secretKey, publicKey } = generateSealingKey()
  const request: ResultRequest = {
    chainId: details.chain_id, contract: details.contract_address, purchase: number.toString(), datasetRoot: details.dataset.root,
    resultHash: result.resultHash, programHash: result.programHash, x25519PublicKey: hexlify(publicKey),
  }
  await chain.request(wallet, number, hashResultRequest(request))
  return { request, signature: await signResultRequest(request, wallet), secretKey }
}

const pollMilliseconds = 500

const awaitSealed = async ({ client, number }: LoadBuyer): Promise<Uint8Array> => {
  for (;;) {
    const { status, bytes } = await client.ask(`/v1/purchases/${number}/answer`)
    const text = Buffer.from(bytes).toString()
    if (status === 200) return Uint8Array.from(Buffer.from(answerSchema.parse(JSON.parse(text)).sealed, 'base64'))
    if (!text.includes('escrow.not-delivered')) throw new Error(`purchase ${number} was answered ${status}: ${text.slice(0, 500)}`)
    await sleep(pollMilliseconds)
  }
}

/** Sends the request, waits for the answer, opens it and checks its proof and its numbers, and that the contract has the same bytes. */
export const askOnce = async (
  buyer: LoadBuyer, details: Details, { program, result, integers }: Question, { request, signature, secretKey }: OpenRequest,
  { engine, chain, times }: { readonly engine: Engine, readonly chain: LoadChain, readonly times: Times },
): Promise<void> => {
  const { number, client } = buyer
  const ciphertexts = Buffer.from(result.ciphertexts).toString('base64')
  const sealed = await timed(times.answer, async () => {
    await timed(times['request taken'], () => client.askJson(`/v1/purchases/${number}/result`, resultAcceptedSchema, { request, signature, program, ciphertexts }))
    return awaitSealed(buyer)
  })
  const opened = openDelivery({ request, details, program, ciphertexts: result.ciphertexts, sealed, sealingSecret: secretKey })
  if (!isDeepStrictEqual(opened.integers, integers)) throw new Error(`purchase ${number} was answered ${opened.integers.join()}, not ${integers.join()}`)
  await engine.verifyDecryption(opened.key, opened.claim, opened.proof)
  const { state, answerHash } = await chain.views.readPurchase(number)
  if (state !== 'Delivered' || answerHash !== keccak256(getBytes(sealed))) throw new Error(`purchase ${number} is ${state}, and the contract has another answer than its buyer`)
}
