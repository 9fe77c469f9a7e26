import type { Gauge } from '../../../shared/window-contract/rehearsal.ts'
import { Meter } from '../../ui/job-progress.tsx'
import { formatCount } from '../../ui/values.tsx'

interface ReadingProperties { readonly label: string, readonly is: number, readonly most: number, readonly unit: string }

const Reading = ({ label, is, most, unit }: ReadingProperties) => (
  <div className="reading">
    <div className="row between small"><span className="quiet">{label}</span><span className={`mono ${is > most ? 'bad' : ''}`}>{formatCount(is)} / {formatCount(most)} {unit}</span></div>
    <Meter label={label} done={Math.min(is, most)} total={most} />
  </div>
)

/** What the script would cost on the real table, against what the listing allows. */
export const GaugeView = ({ gauge }: { readonly gauge: Gauge }) => (
  <div className="stack">
    <Reading label="Numbers to decrypt" is={gauge.cells} most={gauge.maxAnswerCells} unit="" />
    <Reading label="Largest integer" is={gauge.answerBits} most={gauge.maxAnswerBits} unit="bits" />
    <div className="row between small"><span className="quiet">Ciphertext operations</span><span className="mono">{formatCount(gauge.ciphertextOperations)}</span></div>
    <div className="row between small"><span className="quiet">Rounding error, at most</span><span className="mono">{gauge.errorBound === 0 ? 'none' : gauge.errorBound.toExponential(1)}</span></div>
    {gauge.shapes.map(({ path, shape }) => (
      <div key={path} className="row between small"><span className="quiet mono truncate">{path.replace(/^\./, '') || 'answer'}</span><span className="mono">{shape.length === 0 ? 'number' : shape.join(' × ')}</span></div>
    ))}
  </div>
)
