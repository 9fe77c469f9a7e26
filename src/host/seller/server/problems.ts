import type { FastifyError, FastifyReply } from 'fastify'
import { errorCodes } from '../../../shared/error-codes.ts'
import { AppError, isAppError } from '../../../shared/errors.ts'

export const problemType = 'application/problem+json'

/** Fastify's own refusals, in the catalogue's words. */
const fromFastify = (error: FastifyError): AppError | null => {
  if (error.statusCode === 413) return new AppError('input.body-too-large', 'The request body is larger than this route takes.', { cause: error })
  if (error.statusCode === 415) return new AppError('input.not-json', 'The body must be JSON, sent as application/json.', { cause: error })
  if (error.statusCode === 429) return new AppError('access.too-many-requests', 'Too many requests from here for now.', { cause: error, retryable: true })
  if (error.statusCode === 400) return new AppError('input.invalid', 'The request cannot be read as HTTP with a JSON body.', { cause: error })
  return null
}

/** Sends an error as a problem document (RFC 9457). Anything unforeseen is logged whole by the caller and shown opaque. */
export const toProblem = (error: unknown): AppError => {
  if (isAppError(error)) return error
  if (error instanceof Error && 'statusCode' in error) {
    const known = fromFastify(error as FastifyError)
    if (known !== null) return known
  }
  return new AppError('bug.unexpected', 'Something unexpected went wrong here.', { cause: error })
}

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
