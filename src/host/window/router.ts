import { implement, ORPCError, ValidationError, type Router } from '@orpc/server'
import { AppError, toErrorDocument } from '../../shared/errors.ts'
import { windowContract } from '../../shared/window-contract/index.ts'
import { toErrorJson } from './documents.ts'
import type { WindowHandlers } from './handlers.ts'

export type WindowRouter = Router<typeof windowContract, Record<never, never>>

type OnBug = (error: unknown) => void
type AnyHandler = (input: unknown, signal?: AbortSignal) => unknown
interface AnyCall {
  readonly input: unknown
  readonly signal?: AbortSignal
}
interface AnyProcedure {
  handler(handle: (call: AnyCall) => unknown): unknown
}
type AnyGroup<T> = Readonly<Record<string, T>>

/** An AppError as the contract's one typed error; anything else only as `bug.unexpected`. */
const toRpcError = (error: unknown, onBug: OnBug): ORPCError<'APP_ERROR', unknown> => {
  if (!(error instanceof AppError) || error.code === 'bug.unexpected') onBug(error)
  const data = toErrorJson(toErrorDocument(error))
  return new ORPCError('APP_ERROR', { defined: true, status: 500, message: data.message, data })
}

const isStream = (value: unknown): value is AsyncGenerator => typeof value === 'object' && value !== null && Symbol.asyncIterator in value

async function* withErrors(stream: AsyncGenerator, onBug: OnBug): AsyncGenerator {
  try {
    yield* stream
  } catch (error) {
    throw toRpcError(error, onBug)
  }
}

/** Input that the contract does not describe is its sender's mistake; output that it does not describe is ours. */
const toShapeError = (error: ORPCError<string, unknown>): AppError => {
  const [issue] = error.cause instanceof ValidationError ? error.cause.issues : []
  const path = (issue?.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part)).join('.')
  return error.code === 'BAD_REQUEST'
    ? new AppError('input.invalid', `The window asked for something that is not in its contract: ${path === '' ? '' : `${path}: `}${issue?.message ?? error.message}`, { details: { path } })
    : new AppError('bug.unexpected', `HEsystem's answer to the window has another shape than promised: ${path}: ${issue?.message ?? error.message}`, { cause: error })
}

/** Runs around each call: whatever goes wrong leaves as the one typed error. */
export const createErrorInterceptor = (onBug: OnBug) => async <T>({ next }: { readonly next: () => Promise<T> }): Promise<T> => {
  try {
    return await next()
  } catch (error) {
    if (error instanceof ORPCError && error.code === 'APP_ERROR') throw error
    throw toRpcError(error instanceof ORPCError ? toShapeError(error as ORPCError<string, unknown>) : error, onBug)
  }
}

/**
 * The contract with its handlers behind it, for any transport of oRPC; the transports are given `createErrorInterceptor` as
 * client interceptor. Inputs and outputs are held to the contract's schemas on this side (S26).
 */
export const createWindowRouter = (handlers: WindowHandlers, onBug: OnBug): WindowRouter => {
  const implementer = implement(windowContract) as unknown as AnyGroup<AnyGroup<AnyProcedure>>
  const answer = (handle: AnyHandler) => async ({ input, signal }: AnyCall): Promise<unknown> => {
    const output = await handle(input, signal)
    return isStream(output) ? withErrors(output, onBug) : output
  }
  const mapEntries = <In, Out>(object: AnyGroup<In>, map: (value: In, name: string) => Out): AnyGroup<Out> =>
    Object.fromEntries(Object.entries(object).map(([name, value]) => [name, map(value, name)]))
  return mapEntries(handlers as unknown as AnyGroup<AnyGroup<AnyHandler>>, (procedures, group) =>
    mapEntries(procedures, (handle, name) => implementer[group]?.[name]?.handler(answer(handle)))) as unknown as WindowRouter
}
