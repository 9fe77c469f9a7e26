import { reportEvidence } from '../../../src/cli/evidence-file.ts'
import type { Evidence } from '../../../src/host/protocol/evidence.ts'

/** What `receipts verify` says of evidence, with its exit code. */
export const reportOn = async (evidence: Evidence, rpc: string | null): Promise<object> => {
  let told = {}
  const nothing = (): undefined => undefined
  const result = (document: unknown): void => { told = document as object }
  const terminal = { json: true, result, file: nothing, note: nothing, progress: () => nothing, error: nothing }
  await reportEvidence(evidence, rpc, terminal)
  const { exitCode } = process
  process.exitCode = undefined
  return { ...told, exitCode }
}
