import { randomBytes } from 'node:crypto'
import type { FastifyError, FastifyReply } from 'fastify'
import { errorCodes } from '../../../shared/error-codes.ts'
import { AppError, isAppError } from '../../../shared/errors.ts'

export const problemType = 'application/problem+json'

/** Fastify's own refusals, in the catalogue's words. */
const fromFastify = (error: FastifyError): AppError | null => {
  // For a method that no route can have, such as the PRI of HTTP/2, it does not come to the handler of unknown addresses.
  // An address with a longer name than any route has is none of ours either.
  if (error.statusCode === 404 || error.statusCode === 414) return new AppError('input.not-found', 'There is nothing at this address.', { cause: error })
  if (error.statusCode === 413) return new AppError('input.body-too-large', 'The request body is larger than this route takes.', { cause: error })
  if (error.statusCode === 415) return new AppError('input.not-json', 'The body must be JSON, sent as application/json.', { cause: error })
  if (error.statusCode === 429) return new AppError('access.too-many-requests', 'Too many requests from here for now.', { cause: error, retryable: true })
  if (error.statusCode === 400) return new AppError('input.invalid', 'The request cannot be read as HTTP with a JSON body.', { cause: error })
  return null
}

/**
 * Any error as one of the catalogue. What nobody foresaw gets a number of its own: shown to the caller without a word of what went
 * wrong, and logged by the server with all of it.
 */
export const toProblem = (error: unknown): AppError => {
  if (isAppError(error) && error.code !== 'bug.unexpected') return error
  if (error instanceof Error && 'statusCode' in error) {
    const known = fromFastify(error as FastifyError)
    if (known !== null) return known
  }
  const bug = randomBytes(6).toString('hex')
  return new AppError('bug.unexpected', `Something unexpected went wrong here; the seller's log has it under ${bug}.`, { cause: error, details: { bug } })
}

/** Sends an error as a problem document (RFC 9457). */
export const sendProblem = (reply: FastifyReply, error: AppError): FastifyReply => {
  const { status } = errorCodes[error.code]
  return reply.status(status).type(problemType).send(JSON.stringify({
    type: `urn:hesystem:error:${error.code}`,
    title: error.code,
    status,
    detail: error.message,
    code: error.code,
    next: error.next,
    details: error.details,
  }))
}
