import type { OpenedListingJson } from '../../../shared/window-contract/market.ts'
import { Section } from '../../ui/page.tsx'
import { formatCount, sayCodes, sayCount } from '../../ui/values.tsx'

/** The table beside the script: names as they are typed, with types and units. */
export const SchemaPanel = ({ listing }: { readonly listing: OpenedListingJson }) => (
  <Section title="Columns" aside={<span className="small quiet">{sayCount(listing.rows, 'row')}</span>}>
    <ul className="schema">
      {listing.columns.map(({ name, type, unit, description, categories }) => (
        <li key={name}>
          <span className="mono truncate">{name}</span>
          <span className="small quiet">{unit === '' ? type : unit}</span>
          {description === '' ? null : <span className="small quiet">{description}</span>}
          {categories.length === 0 ? null : <span className="small quiet">{sayCodes(categories)}</span>}
        </li>
      ))}
    </ul>
    {listing.secondMoments.length === 0 ? null : (
      <details className="small">
        <summary>{formatCount(listing.secondMoments.length)} squares and products of them are sold</summary>
        <p className="mono">{listing.secondMoments.join(', ')}</p>
      </details>
    )}
  </Section>
)
