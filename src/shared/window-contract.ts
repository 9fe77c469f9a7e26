import { z } from 'zod'
import type { ErrorDocument } from './errors.ts'
import { parseAs } from './parse.ts'

/**
 * Everything the window may ask of its shell: one list, from which the shell's handlers and the renderer's calls take their
 * types. A handler that is missing or too many does not compile; a name that is not here is refused. Ciphertexts and keys never
 * cross it (S26).
 */
export const windowContract = {
  about: {
    input: z.strictObject({}),
    output: z.strictObject({ version: z.string() }),
  },
} as const

export type ProcedureName = keyof typeof windowContract
export type ProcedureInput<Name extends ProcedureName> = z.infer<(typeof windowContract)[Name]['input']>
export type ProcedureOutput<Name extends ProcedureName> = z.infer<(typeof windowContract)[Name]['output']>

export const isProcedureName = (name: string): name is ProcedureName => Object.hasOwn(windowContract, name)

/** Reads what the window sent to the procedure `name`. Throws `input.invalid`. */
export const parseInput = <Name extends ProcedureName>(name: Name, value: unknown): ProcedureInput<Name> =>
  parseAs<unknown>(windowContract[name].input, value, name) as ProcedureInput<Name>

/** Reads what the procedure `name` gave back; another shape is a bug of the shell's. Throws `bug.unexpected`. */
export const parseOutput = <Name extends ProcedureName>(name: Name, value: unknown): ProcedureOutput<Name> =>
  parseAs<unknown>(windowContract[name].output, value, name, 'bug.unexpected') as ProcedureOutput<Name>

/** The one channel of the bridge. */
export const windowChannel = 'hesystem'
export type WindowChannel = typeof windowChannel

/** What goes over the bridge; `input` is read by the schema of the procedure named. */
export const windowCallSchema = z.strictObject({ name: z.string(), input: z.unknown() })

/** What comes back over the bridge: an error keeps its code, which a thrown one would lose on the way. */
export type WindowReply = { readonly ok: true, readonly value: unknown } | { readonly ok: false, readonly error: ErrorDocument }

/** What the preload puts on the window. */
export interface WindowBridge {
  readonly call: (name: string, input: unknown) => Promise<WindowReply>
}
