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
  const judged = rpc === null ? null : await judgeOnChain(evidence, rpc)
  const verdict = judged?.verdict ?? judgeAnswer(evidence)
  const convicts = judged !== null && verdict.for === 'buyer'
  const parties = judged === null ? {} : { seller: judged.onChain.seller, buyer: judged.onChain.buyer }
  terminal.result({ kind: 'evidence', convicts, checkedOnChain: judged !== null, chainId, contract, purchase, ...parties, ...verdict }, judged === null
    ? `The answer in this evidence is ${verdict.for === 'buyer' ? 'wrong' : 'right'}: ${oneLine(verdict.reason)} That it is the one delivered for purchase ${purchase} of ${contract} `
      + `on chain ${chainId}, and by whom, only the chain can tell: give --rpc URL.`
    : `${describeVerdict(verdict)} (Purchase ${purchase} of ${contract} on chain ${chainId}, sold by ${judged.onChain.seller} to ${judged.onChain.buyer}, as this node tells it.)`)
  if (!convicts) process.exitCode = 1
}

export const isEvidence = (json: unknown): boolean => typeof json === 'object' && json !== null && 'kind' in json && json.kind === evidenceSchema.shape.kind.value
