/**
 * What the calls of the 2020 system's contract cost: its published bytecode (`info/bytecode.txt` of NicoSerranoP/HEsystem at commit
 * 1f188ba, Vyper 0.1.0b17) deployed on a practice chain of mainnet's rules with five links of 50 bytes each, every call made once on
 * 2026-11-26 by a script that is not kept, because the bytecode is not ours to keep. Each with the call of the market that does the
 * same, by its name in `measureGas`; a move it did not have is null.
 */
export interface ComparedCall {
  readonly what: string
  readonly call2020: string | null
  readonly gas2020: bigint | null
  readonly call: string
}

export const comparedCalls: readonly ComparedCall[] = [
  { what: 'a data set offered', call2020: 'a contract of its own', gas2020: 1_147_386n, call: 'createListing, a URL of 50 bytes' },
  { what: 'bought', call2020: 'buy_data', gas2020: 56_579n, call: 'buy' },
  { what: 'result requested', call2020: 'send_result', gas2020: 52_268n, call: 'requestResult' },
  { what: 'answer delivered', call2020: 'send_decrypted', gas2020: 76_995n, call: 'deliverResult, 1 KiB' },
  { what: 'confirmed', call2020: 'confirm_result', gas2020: 69_670n, call: 'confirmResult' },
  { what: 'money fetched', call2020: null, gas2020: null, call: 'withdraw' },
  { what: 'reclaimed', call2020: 'reclaim_value', gas2020: 62_950n, call: 'reclaim' },
  { what: 'bought back', call2020: 'start_ligitation', gas2020: 54_804n, call: 'litigate, from Paid' },
]
