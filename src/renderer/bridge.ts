import type { ErrorDocument } from '../shared/errors.ts'
import { parseOutput, type ProcedureInput, type ProcedureName, type ProcedureOutput, type WindowBridge } from '../shared/window-contract.ts'

declare global {
  interface Window {
    readonly hesystem: WindowBridge
  }
}

/** A call that the shell refused or failed: its document says what happened and what would work. */
export class BridgeError extends Error {
  readonly document: ErrorDocument

  constructor(document: ErrorDocument) {
    super(document.message)
    this.name = 'BridgeError'
    this.document = document
  }
}

/** Calls the shell by the contract's name. Throws BridgeError, or `bug.unexpected` where the reply is not what was promised. */
export const callShell = async <Name extends ProcedureName>(name: Name, input: ProcedureInput<Name>): Promise<ProcedureOutput<Name>> => {
  const reply = await window.hesystem.call(name, input)
  if (!reply.ok) throw new BridgeError(reply.error)
  return parseOutput(name, reply.value)
}
