import { z } from 'zod'
import type { TaskReply } from '../../engine/messages.ts'
import type { PublicTask } from '../../engine/split-pool.ts'
import { integerSchema } from '../../shared/schemas/common.ts'
import { parseJsonAs } from '../../shared/parse.ts'

/** Bytes in standard base64, decoded. */
const bytesSchema = z.base64().transform((text) => new Uint8Array(Buffer.from(text, 'base64')))
const bigintSchema = integerSchema.transform(BigInt)
const runSchema = z.strictObject({ start: z.int().min(0), count: z.int().min(1), weight: bigintSchema })
const formSchema = z.strictObject({ runs: z.array(runSchema), constant: bigintSchema })
/** Public keys only: a private one has no form on this wire. */
const key = z.strictObject({ kind: z.literal('public'), bytes: bytesSchema })
const cells = { key, ciphertexts: bytesSchema }
const firstIndex = z.int().min(0)
const taskSchema = z.discriminatedUnion('operation', [
  z.strictObject({ operation: z.literal('encrypt'), key, residues: bytesSchema }),
  z.strictObject({ operation: z.literal('rerandomise'), ...cells, firstIndex }),
  z.strictObject({ operation: z.enum(['add', 'subtract']), ...cells, others: bytesSchema, firstIndex }),
  z.strictObject({ operation: z.literal('scale'), ...cells, factors: z.array(bigintSchema), firstIndex }),
  z.strictObject({ operation: z.literal('evaluate'), ...cells, forms: z.array(formSchema) }),
])

const failureSchema = z.strictObject({
  code: z.enum([
    'invalid-key', 'invalid-ciphertext', 'plaintext-out-of-range', 'value-out-of-range', 'decryption-check-failed', 'invalid-certificate',
    'invalid-proof', 'randomness-failed', 'invalid-argument',
  ]).nullable(),
  message: z.string(), index: z.int().nullable(), stack: z.string().nullable(),
})
const replySchema = z.discriminatedUnion('ok', [
  z.strictObject({ ok: z.literal(true), bytes: bytesSchema, milliseconds: z.number().min(0) }),
  z.strictObject({ ok: z.literal(false), failure: failureSchema }),
])

/** Bytes as base64, integers as decimal text. */
const encode = (value: unknown): string => JSON.stringify(value, (_, part: unknown) => {
  if (typeof part === 'bigint') return part.toString()
  return part instanceof Uint8Array ? Buffer.from(part.buffer, part.byteOffset, part.byteLength).toString('base64') : part
})

export const encodeTask = (task: PublicTask): string => encode(task)
/** Throws `runtime.worker-misread`, also for a task under a private key. */
export const decodeTask = (text: string): PublicTask =>
  parseJsonAs(taskSchema, text, 'a task from the queue', 'runtime.worker-misread')

export const encodeReply = (reply: TaskReply): string => encode(reply)
/** Throws `runtime.worker-misread`. */
export const decodeReply = (text: string): TaskReply => parseJsonAs(replySchema, text, 'a worker\'s reply', 'runtime.worker-misread')
