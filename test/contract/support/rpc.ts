import { z } from 'zod'

export interface Rpc {
  /** Sends all requests in one batch; results in their order. Throws at the first error. */
  batch(requests: readonly (readonly [method: string, params: readonly unknown[]])[]): Promise<readonly unknown[]>
  send(method: string, params: readonly unknown[]): Promise<unknown>
  /** The data of the revert that this call ends in. Throws if it does not revert. */
  revertData(params: readonly unknown[]): Promise<string>
}

const replySchema = z.object({
  id: z.number(),
  result: z.unknown().optional(),
  error: z.object({ message: z.string(), data: z.unknown().optional() }).optional(),
})
type Reply = z.infer<typeof replySchema>

/** JSON-RPC with nothing in between, so that a campaign of thousands of calls takes seconds. */
export const createRpc = (url: string): Rpc => {
  const exchange = async (requests: readonly (readonly [string, readonly unknown[]])[]): Promise<Reply[]> => {
    const body = JSON.stringify(requests.map(([method, params], id) => ({ jsonrpc: '2.0', id, method, params })))
    const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
    const replies = z.array(replySchema).parse(await response.json())
    return replies.toSorted((left, right) => left.id - right.id)
  }
  const batch: Rpc['batch'] = async (requests) => (await exchange(requests)).map(({ error, result }, index) => {
    if (error !== undefined) throw new Error(`${requests[index]?.[0] ?? 'request'}: ${error.message}`)
    return result
  })
  return {
    batch,
    send: async (method, params) => (await batch([[method, params]]))[0],
    revertData: async (params) => {
      const [reply] = await exchange([['eth_call', params]])
      const data = reply?.error?.data
      if (typeof data !== 'string') throw new Error(`the call did not revert with data: ${JSON.stringify(reply)}`)
      return data
    },
  }
}
