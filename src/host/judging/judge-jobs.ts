import { encodeProgram } from '../../compute/program.ts'
import { isAppError } from '../../shared/errors.ts'
import { parseJsonAs } from '../../shared/parse.ts'
import type { Details } from '../../shared/schemas/details.ts'
import { checkRequestSchema, comparisonsRequestSchema, resultSubmissionSchema, type ResultSubmission } from '../../shared/schemas/http.ts'
import { fromBase64 } from '../base64.ts'
import { judgeVersions, type VersionsQuestion, type VersionsVerdict } from '../ledger/judge-versions.ts'
import type { MarkedTable } from '../ledger/row-marks.ts'
import { findSharedRows, type SharedRows } from '../ledger/same-rows.ts'
import { sha256Hex } from '../trade/hash.ts'
import { judgeProgram, type Judgement } from './judgement.ts'
import { assertProgramForm, createQuestions, readProgram } from './read-program.ts'

/** What is judged for a listing whose source has told `known` by now. */
interface ForListing {
  readonly details: Details
  /** The text of its source's partition. */
  readonly known: string
}

/** What may take long: reading what somebody sent, judging a program, comparing tables. Each is told all that it needs. */
export type JudgeJob =
  | { readonly kind: 'submission'; readonly text: string }
  | ({ readonly kind: 'check' | 'program' | 'questions'; readonly text: string } & ForListing)
  | { readonly kind: 'rows'; readonly known: MarkedTable; readonly asked: MarkedTable; readonly samePlaces: boolean }
  | { readonly kind: 'versions'; readonly question: VersionsQuestion }

/** A signed request and what came with it. */
export interface ReadSubmission extends Pick<ResultSubmission, 'request' | 'signature'> {
  readonly ciphertexts: Uint8Array
  /** The program in its one text; null where none was sent. */
  readonly program: string | null
  /** How many cells the program has; null where none was sent. */
  readonly cells: number | null
  /** SHA-256 of the whole. */
  readonly bodyHash: string
}

/** What comes of a job of each kind. */
export interface JudgeResults {
  submission: ReadSubmission
  check:
    | { readonly cells: number }
    | { readonly refusal: { readonly code: string; readonly message: string } }
    | { readonly judgement: Judgement }
  program: Judgement
  /** What a purchase asks: blinded, or openly, as the JSON of its comparisons. */
  questions: { readonly ciphertexts: Uint8Array } | { readonly comparisons: string; readonly judgement: Judgement }
  rows: SharedRows | null
  versions: VersionsVerdict
}

const body = 'the request body'

const readSubmission = (text: string): ReadSubmission => {
  const submission = parseJsonAs(resultSubmissionSchema, text, body)
  const { request, signature, program, ciphertexts } = submission
  return {
    request,
    signature,
    ciphertexts: fromBase64(ciphertexts),
    program: program === null ? null : encodeProgram(program),
    cells: program === null ? null : program.cells.length,
    bodyHash: sha256Hex(JSON.stringify(submission)),
  }
}

const check = (text: string, { details, known }: ForListing): JudgeResults['check'] => {
  const asked = parseJsonAs(checkRequestSchema, text, body)
  if ('cells' in asked) return asked
  try {
    assertProgramForm(asked.program, details)
    return { judgement: judgeProgram(asked.program, details, known) }
  } catch (error) {
    // A refusal is an answer here, not an error.
    if (isAppError(error) && /^(?:policy|input)\./.test(error.code)) return { refusal: { code: error.code, message: error.message } }
    throw error
  }
}

const readQuestions = (text: string, { details, known }: ForListing): JudgeResults['questions'] => {
  const asked = parseJsonAs(comparisonsRequestSchema, text, body)
  if ('ciphertexts' in asked) return { ciphertexts: fromBase64(asked.ciphertexts) }
  const questions = createQuestions(asked.comparisons, details)
  return { comparisons: JSON.stringify(questions.comparisons), judgement: judgeProgram(questions, details, known) }
}

/**
 * Does one job, in the thread it is called in. Throws `input.invalid` for a body that is none, `policy.*` and `input.*` for a program that
 * is refused, `store.corrupt`.
 */
export const runJudgeJob = (job: JudgeJob): JudgeResults[JudgeJob['kind']] => {
  switch (job.kind) {
    case 'submission': return readSubmission(job.text)
    case 'check': return check(job.text, job)
    case 'program': return judgeProgram(readProgram(job.text, job.details), job.details, job.known)
    case 'questions': return readQuestions(job.text, job)
    case 'rows': return findSharedRows(job.known, job.asked, job.samePlaces)
    case 'versions': return judgeVersions(job.question)
  }
}
