import { useQueries } from '@tanstack/react-query'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useRef, type ReactNode } from 'react'

export interface PagedColumn<Row> {
  readonly name: string
  readonly unit?: string
  /** Set as words, from the left. */
  readonly words?: boolean
  readonly cell: (row: Row) => ReactNode
}

interface PagedTableProperties<Row> {
  readonly label: string
  readonly columns: readonly PagedColumn<Row>[]
  readonly total: number
  readonly pageRows: number
  /** Under which pages are kept, and how one is asked for. */
  readonly queryKey: readonly (string | number)[]
  readonly load: (offset: number) => Promise<readonly Row[]>
  readonly height: number
}

const rowHeight = 32
const rowStyle = { height: rowHeight }

/** A table of numbers that stays where it is: asks for the pages in sight and draws those rows alone, out of any number of them. */
export const PagedTable = <Row,>({ label, columns, total, pageRows, queryKey, load, height }: PagedTableProperties<Row>) => {
  const frame = useRef<HTMLDivElement>(null)
  const virtual = useVirtualizer({ count: total, getScrollElement: () => frame.current, estimateSize: () => rowHeight, overscan: 10 })
  const shown = virtual.getVirtualItems().map(({ index }) => index)
  const first = Math.floor((shown[0] ?? 0) / pageRows)
  const last = Math.floor((shown.at(-1) ?? 0) / pageRows)
  const pages = useQueries({
    queries: Array.from({ length: last - first + 1 }, (_, index) => ({
      queryKey: [...queryKey, 'page', first + index], staleTime: Infinity, queryFn: () => load((first + index) * pageRows),
    })),
  })
  const above = (shown[0] ?? 0) * rowHeight
  const below = (total - 1 - (shown.at(-1) ?? -1)) * rowHeight
  return (
    <div ref={frame} className="table-frame" style={{ maxHeight: height }} tabIndex={0} role="region" aria-label={label}>
      <table className="data" aria-label={label} aria-rowcount={total + 1}>
        <thead>
          <tr>
            <th scope="col" className="number narrow">Row</th>
            {columns.map(({ name, unit, words = false }) => <th key={name} scope="col" className={words ? '' : 'number'}>{name}{unit === undefined || unit === '' ? null : <span className="unit"> ({unit})</span>}</th>)}
          </tr>
        </thead>
        <tbody>
          {above === 0 ? null : <tr className="gap"><td colSpan={columns.length + 1} style={{ height: above }} /></tr>}
          {shown.map((index) => {
            const row = pages[Math.floor(index / pageRows) - first]?.data?.[index % pageRows]
            return (
              <tr key={index} aria-rowindex={index + 2} style={rowStyle}>
                <td className="number quiet">{(index + 1).toLocaleString('en')}</td>
                {columns.map(({ name, cell, words = false }) => <td key={name} className={words ? 'truncate' : 'number'}>{row === undefined ? '' : cell(row)}</td>)}
              </tr>
            )
          })}
          {below <= 0 ? null : <tr className="gap"><td colSpan={columns.length + 1} style={{ height: below }} /></tr>}
        </tbody>
      </table>
    </div>
  )
}
