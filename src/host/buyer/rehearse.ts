import type { Details } from '../../shared/schemas/details.ts'
import { checkVerdictSchema, mostTestResults, testDataSchema, testResultsSchema, type CheckVerdict } from '../../shared/schemas/http.ts'
import { AppError, isAppError } from '../../shared/errors.ts'
import type { AnswerJson, AnswerValue } from '../../compute/answer.ts'
import { answerShapes, describeProgram, evaluatePlain, programToForms, readAnswer, type ProgramDescription } from '../../compute/program.ts'
import type { CiphertextSource, Engine, JobOptions } from '../../engine/engine.ts'
import { assertProgramFits } from '../../policy/private.ts'
import { createTensorSource } from '../datasets/tensor-source.ts'
import { assertChunk, ciphertextLengthOf, parseManifest } from '../datasets/tensor-wire.ts'
import type { ScriptNote } from '../../script/run-script.ts'
import { createCellReader, type DerivedScript } from '../scripts/script-job.ts'
import { describeDataset } from '../trade/details-document.ts'
import { publicKeyOf } from './compute.ts'
import { gaugeProgram, type Gauge } from './gauge.ts'
import { deriveReal, testHelp } from './derive-real.ts'
import { deriveFromAnswer, deriveFromScript, type ScriptFile } from './derive.ts'
import type { SellerClient } from './seller-client.ts'
import { computeTestMasked, unmaskAnswer } from './mask.ts'
import { createTestKeyHolder } from './test-key-holder.ts'

/** A listing's test table, checked against the terms: the same rows in the clear and encrypted. */
export interface TestData {
  readonly rows: readonly (readonly number[])[]
  /** One chunk's ciphertexts each, column by column. */
  readonly chunks: readonly Uint8Array[]
}

export interface TestRun {
  /** The answer on the plain test rows, and on their ciphertexts by way of the seller's test key. */
  readonly plain: AnswerJson
  readonly encrypted: AnswerJson
  /** The largest |plain − encrypted| over all numbers. */
  readonly largestDifference: number
}

export interface Rehearsal extends TestRun {
  /** What the script would be on the real table. */
  readonly program: ProgramDescription
  readonly shapes: readonly { readonly path: string; readonly shape: readonly number[] }[]
  /** What it would cost, and how much room it leaves. */
  readonly gauge: Gauge
  /** Whether the listing's policy would answer it. */
  readonly verdict: CheckVerdict
  readonly log: readonly string[]
  /** What the script may not expect of its own lines on the test table, which has another length than the real one. */
  readonly testNotes: readonly ScriptNote[]
}

/** Downloads the test table and holds it to the commitment in the terms. Throws `input.manifest-invalid`, `input.tensor-chunk-invalid`. */
export const fetchTestData = async ({ test, columns, test_link }: Details, seller: SellerClient): Promise<TestData> => {
  const received = await seller.fetchJson(test_link, testDataSchema)
  const { leaves } = parseManifest(received.manifest, test)
  const { decodeChunk } = await import('../datasets/chunk-arrow.ts')
  const chunks = received.chunks.map((text, index) => {
    const ciphertexts = decodeChunk(new Uint8Array(Buffer.from(text, 'base64')), test, columns, index)
    assertChunk(test, index, ciphertexts, leaves[index])
    return ciphertexts
  })
  if (chunks.length !== test.chunks || received.rows.length !== test.rows || received.rows.some((row) => row.length !== test.columns)) {
    throw new AppError('input.manifest-invalid', 'The test data have another shape than the listing says.')
  }
  return { rows: received.rows, chunks }
}

/** All numbers of an answer, in order. */
const numbersOf = (answer: AnswerJson): number[] => {
  if (typeof answer === 'number') return [answer]
  if (typeof answer !== 'object' || answer === null) return []
  return (Array.isArray(answer) ? answer : Object.values(answer)).flatMap(numbersOf)
}

/** The largest absolute difference between two answers of one script. */
export const compareAnswers = (a: AnswerJson, b: AnswerJson): number => {
  const right = numbersOf(b)
  return numbersOf(a).reduce((largest, value, index) => Math.max(largest, Math.abs(value - (right[index] ?? Number.NaN))), 0)
}

/** A script's gauge, what it logged, and what this machine alone has against it. */
export interface GaugedScript {
  readonly gauge: Gauge
  readonly log: readonly string[]
  readonly refusal: AppError | null
}

/**
 * What a script would be on the real table, without the seller's word: nothing is asked of the seller but the public test rows, and
 * those only where the script compares. Throws as deriveReal.
 */
export const gaugeScript = async (
  script: ScriptFile, details: Details, readTestRows: () => Promise<readonly (readonly number[])[]>, options: Pick<JobOptions, 'signal'> = {},
): Promise<GaugedScript> => {
  const { derived, refusal } = await deriveReal(script, details, readTestRows, options)
  return { gauge: gaugeProgram(derived, details), log: derived.log, refusal: refusal ?? findRefusal(derived, details) }
}

export type GaugedVerdict = CheckVerdict & { readonly gauge: Gauge }

/** The policy's verdict on a script, from its program alone: first by this machine, then by the seller's. Free, and not counted. */
export const checkScript = async (script: ScriptFile, details: Details, seller: SellerClient): Promise<GaugedVerdict> => {
  const { derived, refusal } = await deriveReal(script, details, async () => (await fetchTestData(details, seller)).rows)
  const verdict = refusal === null ? await checkProgram(derived, details, seller) : refused(refusal)
  return { ...verdict, gauge: gaugeProgram(derived, details) }
}

const refused = ({ code, message }: AppError): CheckVerdict => ({ allowed: false, code, message })

type DerivedPlan = Pick<DerivedScript, 'program' | 'products'>

/** What the listing's policy has against a program; null where it has nothing. */
const findRefusal = ({ program, products }: DerivedPlan, details: Details): AppError | null => {
  try {
    assertProgramFits(program, details.policy, { ...describeDataset(details), products })
    return null
  } catch (error) {
    if (isAppError(error) && error.code.startsWith('policy.')) return error
    throw error
  }
}

const checkProgram = async (derived: DerivedPlan, details: Details, seller: SellerClient): Promise<CheckVerdict> => {
  const { program } = derived
  const refusal = findRefusal(derived, details)
  if (refusal !== null) return refused(refusal)
  return seller.fetchJson(`${details.meta_link}/check`, checkVerdictSchema, {
    body: details.policy.mode === 'private' ? { cells: program.cells.length } : { program },
  })
}

const signalOf = ({ signal }: JobOptions): Pick<JobOptions, 'signal'> => (signal === undefined ? {} : { signal })

const openTestTable = ({ test }: Details, { chunks }: TestData): CiphertextSource => createTensorSource({
  rows: test.rows, columns: test.columns, chunkRows: test.chunkRows, ciphertextLength: ciphertextLengthOf(test),
  readChunk: (index) => chunks[index] as Uint8Array,
})

/** What the ciphertexts hold, asked for in as many requests as it takes: test data have no limit on an answer's numbers. */
const openTestResults = async (ciphertexts: Uint8Array, length: number, link: string, seller: SellerClient): Promise<bigint[]> => {
  const opened: bigint[] = []
  for (let from = 0; from < ciphertexts.length; from += mostTestResults * length) {
    const asked = ciphertexts.subarray(from, from + mostTestResults * length)
    const body = { ciphertexts: Buffer.from(asked).toString('base64') }
    const { integers } = await seller.fetchJson(link, testResultsSchema, { body })
    if (integers.length * length !== asked.length) {
      throw new AppError('runtime.seller-misbehaved', `The seller opened ${integers.length} test results of ${asked.length / length}.`)
    }
    for (const integer of integers) opened.push(BigInt(integer))
  }
  return opened
}

/**
 * Evaluates a program of the test table on its ciphertexts, which the seller opens for anybody, beside the answer on the plain rows.
 * Masked as the real one is where the listing is in private mode: the seller knows the test table, and would read the program out of what
 * it is sent.
 */
const runOnTestData = async (
  { program, products }: DerivedPlan, plain: AnswerJson, details: Details, source: CiphertextSource, seller: SellerClient,
  engine: Engine, options: JobOptions,
): Promise<TestRun> => {
  const { policy, test, test_result_link } = details
  const key = publicKeyOf(test)
  const { ciphertexts, masks } = policy.mode === 'private'
    ? await computeTestMasked(program, policy, { ...describeDataset(details, test), products }, key, source, engine, options)
    : { ciphertexts: await engine.evaluate(key, source, programToForms(program), options), masks: null }
  const integers = await openTestResults(ciphertexts, ciphertextLengthOf(test), test_result_link, seller)
  const encrypted = readAnswer(program, unmaskAnswer(integers, { masks }))
  return { plain, encrypted, largestDifference: compareAnswers(plain, encrypted) }
}

/**
 * Runs an answer built in code on the test data fetched before. Throws `input.answer-invalid`, `input.tensor-mixed`, and the seller
 * client's errors.
 */
export const rehearseAnswer = async (
  value: AnswerValue, details: Details, testData: TestData, seller: SellerClient, engine: Engine, options: JobOptions = {},
): Promise<TestRun> => {
  const { answer, dataset, program } = deriveFromAnswer(value, details, details.test)
  const plain = evaluatePlain(answer, dataset, createCellReader(dataset, testData.rows))
  return runOnTestData({ program, products: [] }, plain, details, openTestTable(details, testData), seller, engine, options)
}

/** A script on plain test data, and on encrypted test data with what the seller compares for it under the test key. */
const runScriptOnTestData = async (
  script: ScriptFile, details: Details, testData: TestData, seller: SellerClient, engine: Engine, options: JobOptions,
): Promise<TestRun & Pick<Rehearsal, 'log' | 'testNotes'>> => {
  const { test, test_link: testLink } = details
  const { rows } = testData
  const help = testHelp(details)
  const derived = await deriveFromScript(script, details, test, { ...signalOf(options), rows, help })
  const { plain, log, notes, interaction } = derived
  const table = openTestTable(details, testData)
  const told = { log, testNotes: notes }
  if (interaction.rounds === 0) return { ...await runOnTestData(derived, plain, details, table, seller, engine, options), ...told }
  const dataset = describeDataset(details, test)
  const keyHolder = createTestKeyHolder({ key: publicKeyOf(test), table, dataset, engine, seller, testLink, options: signalOf(options) })
  const asked = await deriveFromScript(script, details, test, { ...signalOf(options), help, keyHolder })
  return { ...await runOnTestData(asked, plain, details, keyHolder.source, seller, engine, options), ...told }
}

/** Runs a script on the test table twice, plain and encrypted, and says whether the real table would answer it. */
export const rehearse = async (
  script: ScriptFile, details: Details, seller: SellerClient, engine: Engine, options: JobOptions = {},
): Promise<Rehearsal> => {
  const testData = await fetchTestData(details, seller)
  const run = await runScriptOnTestData(script, details, testData, seller, engine, options)
  const { derived: real, refusal } = await deriveReal(script, details, () => Promise.resolve(testData.rows), signalOf(options))
  return {
    ...run,
    program: describeProgram(real.program),
    shapes: answerShapes(real.program),
    gauge: gaugeProgram(real, details),
    verdict: refusal === null ? await checkProgram(real, details, seller) : refused(refusal),
  }
}
