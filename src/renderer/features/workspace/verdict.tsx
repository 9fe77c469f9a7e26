import type { RehearsalJson } from '../../../shared/window-contract/rehearsal.ts'
import { toSentence } from '../../ui/values.tsx'

/** What the listing's policy says of a script, in the seller's words where it refuses. */
export const Verdict = ({ of }: { readonly of: RehearsalJson['verdict'] }) => (of.allowed
  ? <p className="good small">The seller’s policy allows this answer on the real table.</p>
  : <Refusal message={of.message} code={of.code} />)

export const Refusal = ({ message, code }: { readonly message: string, readonly code: string }) => (
  <div className="note warn"><p>{toSentence(message)}</p><p className="mono small">{code}</p></div>
)
