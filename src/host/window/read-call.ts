import { z } from 'zod'

/**
 * The envelope of oRPC's messages from a client: a call with its address, a piece of a stream, or the end of interest in a call. oRPC
 * itself takes what comes: a call without an id ends all others of its tab, and their answers never come.
 */
const call = z.object({ i: z.string(), t: z.undefined().optional(), p: z.object({ u: z.string().startsWith('/') }) })
const piece = z.object({ i: z.string(), t: z.literal(3), p: z.object({ e: z.string() }) })
const end = z.object({ i: z.string(), t: z.literal(4) })
const message = z.union([call, piece, end])

/** Whether a tab's message can be handed on. Binary ones are none of ours: the window's files travel as text. */
export const isCall = (data: unknown): boolean => {
  if (typeof data !== 'string') return false
  try {
    return message.safeParse(JSON.parse(data)).success
  } catch (error) {
    if (error instanceof SyntaxError) return false
    throw error
  }
}
