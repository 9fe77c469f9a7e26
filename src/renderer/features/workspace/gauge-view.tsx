import type { Gauge } from '../../../shared/window-contract/rehearsal.ts'
import { describeLeakage, mostQuietLeakage } from '../../../shared/policy-words.ts'
import { Meter } from '../../ui/job-progress.tsx'
import { formatCount, sayDuration } from '../../ui/values.tsx'

interface ReadingProperties { readonly label: string, readonly is: number, readonly most: number, readonly unit?: string }

const Reading = ({ label, is, most, unit = '' }: ReadingProperties) => (
  <div className="reading">
    <div className="row between small"><span className="quiet">{label}</span><span className={`mono ${is > most ? 'bad' : ''}`}>{formatCount(is)} / {formatCount(most)}{unit === '' ? '' : ` ${unit}`}</span></div>
    <Meter label={label} done={Math.min(is, most)} total={most} />
  </div>
)

const Fact = ({ label, value, bad = false }: { readonly label: string, readonly value: string, readonly bad?: boolean }) => (
  <div className="row between small"><span className="quiet">{label}</span><span className={bad ? 'mono bad' : 'mono'}>{value}</span></div>
)

const sayShape = (shape: readonly number[]): string =>
  (shape.length === 0 ? '1 number' : shape.length === 1 ? `${formatCount(shape[0] ?? 0)} numbers` : shape.map(formatCount).join(' × '))

const numbersOf = (shape: readonly number[]): number => shape.reduce((product, length) => product * length, 1)

const nameOf = (path: string): string => path.replace(/^\./, '') || 'answer'

type Shape = Gauge['shapes'][number]

/** What is made of several decrypted numbers after decryption, as a standard deviation is, stands there once, with how many they are. */
const groupShapes = (shapes: readonly Shape[]): readonly (Shape & { readonly count: number })[] => {
  const groups = new Map<string, Shape & { readonly count: number }>()
  for (const shape of shapes) {
    const key = JSON.stringify([shape.path, shape.shape])
    groups.set(key, { ...shape, count: (groups.get(key)?.count ?? 0) + 1, fits: shape.fits && (groups.get(key)?.fits ?? true) })
  }
  return [...groups.values()]
}

const sayLimit = (limit: readonly (number | null)[]): string => limit.map((most) => (most === null ? '0' : formatCount(most))).join(' × ')

/** What the script would cost on the real table, against what the listing allows. */
export const GaugeView = ({ gauge, isStale = false }: { readonly gauge: Gauge, readonly isStale?: boolean }) => (
  <div className={isStale ? 'stack stale' : 'stack'}>
    <Reading label="Numbers to decrypt" is={gauge.cells} most={gauge.maxAnswerCells} />
    <Reading label="Largest number" is={gauge.answerBits} most={gauge.answerBits + gauge.headroomBits} unit="bits" />
    <Fact label="Ciphertext operations" value={formatCount(gauge.ciphertextOperations)} />
    <Fact label="Time on this computer" value={gauge.estimatedSeconds < 1 ? 'under a second' : `about ${sayDuration(Math.ceil(gauge.estimatedSeconds))}`} />
    <Fact label="Rounding error, at most" value={gauge.roundingError === 0 ? 'none' : gauge.roundingError.toExponential(1)} />
    {gauge.maxComparisons > 0
      ? <Reading label="Comparisons asked, of all sold" is={gauge.interaction.comparisons} most={gauge.maxComparisons} />
      : gauge.interaction.comparisons === 0 ? null : <Fact label="Comparisons asked, none sold" value={formatCount(gauge.interaction.comparisons)} bad />}
    {gauge.interaction.products === 0 ? null : <Fact label="Products asked" value={formatCount(gauge.interaction.products)} />}
    {describeLeakage(gauge.interaction.comparisons, gauge.leakage).map((words) => (
      <p key={words} className={gauge.leakage > mostQuietLeakage ? 'small bad' : 'small quiet'}>{words}</p>
    ))}
    {groupShapes(gauge.shapes).map(({ path, shape, limit, fits, count }) => (
      <div key={`${path} ${shape.join()}`} className="row between small" title={fits ? undefined : `The listing allows ${sayLimit(limit)}.`}>
        <span className="quiet mono truncate">{nameOf(path)}</span>
        <span className={fits ? 'mono nowrap' : 'mono nowrap bad'}>{count === 1 ? '' : `${count} × `}{sayShape(shape)}{fits ? '' : `, at most ${sayLimit(limit)}`}</span>
      </div>
    ))}
    {gauge.replied.map(({ path, shape }) => (
      <div key={path} className="row between small" title="It rests on the seller’s replies to comparisons alone: nothing is decrypted for it.">
        <span className="quiet mono truncate">{nameOf(path)}</span>
        <span className="mono nowrap">{sayShape(shape)}, by replies</span>
      </div>
    ))}
    {gauge.shapes.reduce((sum, { shape }) => sum + numbersOf(shape), 0) > gauge.cells ? <p className="small quiet">What stands in it twice is decrypted once.</p> : null}
  </div>
)
