import { evidenceSchema, judgeAnswer, judgeOnChain, type Verdict } from '../host/protocol/evidence.ts'
import { oneLine } from '../shared/one-line.ts'
import { parseAs } from '../shared/parse.ts'
import type { Terminal } from './terminal.ts'

export const describeVerdict = (verdict: Verdict): string => oneLine(verdict.for === null
  ? `No verdict. ${verdict.reason} Anybody can make such a file: ask the buyer for the evidence of this very purchase.`
  : `For the ${verdict.for}: ${verdict.reason}`)

/**
 * Says what a buyer's evidence shows: by itself, or with a node's URL of the very purchase. Exit code 1 unless the chain was asked and it
 * convicts the seller. Throws `input.evidence-invalid` and what `judgeOnChain` does.
 */
export const reportEvidence = async (json: unknown, rpc: string | null, terminal: Terminal): Promise<void> => {
  const evidence = parseAs(evidenceSchema, json, 'the evidence file', 'input.evidence-invalid')
  const { chainId, contract, purchase } = evidence.request
  const verdict = rpc === null ? judgeAnswer(evidence) : await judgeOnChain(evidence, rpc)
  const convicts = rpc !== null && verdict.for === 'buyer'
  terminal.result({ kind: 'evidence', convicts, checkedOnChain: rpc !== null, chainId, contract, purchase, ...verdict }, rpc === null
    ? `The answer in this evidence is ${verdict.for === 'buyer' ? 'wrong' : 'right'}: ${oneLine(verdict.reason)} That it is the one delivered for purchase ${purchase} of ${contract} `
      + `on chain ${chainId} only the chain can tell: give --rpc URL.`
    : `${describeVerdict(verdict)} (Purchase ${purchase} of ${contract} on chain ${chainId}, as this node tells it.)`)
  if (!convicts) process.exitCode = 1
}

export const isEvidence = (json: unknown): boolean => typeof json === 'object' && json !== null && 'kind' in json && json.kind === evidenceSchema.shape.kind.value
