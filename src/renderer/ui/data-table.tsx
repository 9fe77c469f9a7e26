import { useVirtualizer } from '@tanstack/react-virtual'
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react'
import { useMemo, useRef, useState, type ReactNode } from 'react'

export interface DataColumn<Row> {
  readonly name: string
  /** Written behind the name in the header. */
  readonly unit?: string
  /** Right-aligned, in tabular figures. */
  readonly numeric?: boolean
  readonly cell: (row: Row, index: number) => ReactNode
  /** What the column is ordered by; without it, it is not. */
  readonly order?: (row: Row) => number | string | bigint
}

interface DataTableProperties<Row> {
  readonly label: string
  readonly columns: readonly DataColumn<Row>[]
  readonly rows: readonly Row[]
  readonly keyOf: (row: Row, index: number) => string | number
  /** Where a row leads: by click, or by Enter on its first cell's link. */
  readonly onOpen?: (row: Row) => void
  /** The most it takes of the page, in pixels; longer tables scroll within it. */
  readonly height?: number
}

interface Sorting { readonly column: number, readonly down: boolean }

const rowHeight = 32
/** Shorter tables are drawn whole: a screen reader then walks all of it. */
const drawnWhole = 100

const inOrder = <Row,>(rows: readonly Row[], columns: readonly DataColumn<Row>[], sorting: Sorting | null): readonly Row[] => {
  const order = sorting === null ? undefined : columns[sorting.column]?.order
  if (sorting === null || order === undefined) return rows
  return [...rows].sort((left, right) => {
    const [a, b] = [order(left), order(right)]
    return (a < b ? -1 : a > b ? 1 : 0) * (sorting.down ? -1 : 1)
  })
}

const Header = <Row,>({ column, sorted, onSort }: { readonly column: DataColumn<Row>, readonly sorted: 'up' | 'down' | null, readonly onSort: () => void }) => {
  const words = <>{column.name}{column.unit === undefined || column.unit === '' ? null : <span className="unit"> ({column.unit})</span>}</>
  return (
    <th scope="col" className={column.numeric === true ? 'number' : ''} aria-sort={sorted === null ? 'none' : sorted === 'up' ? 'ascending' : 'descending'}>
      {column.order === undefined ? words : (
        <button type="button" onClick={onSort}>
          {words}
          {sorted === null ? null : sorted === 'up' ? <IconArrowUp size={12} aria-hidden /> : <IconArrowDown size={12} aria-hidden />}
        </button>
      )}
    </th>
  )
}

/** A table that sorts by its headers and draws only the rows in sight, however many there are. */
export const DataTable = <Row,>({ label, columns, rows, keyOf, onOpen, height = 560 }: DataTableProperties<Row>) => {
  const frame = useRef<HTMLDivElement>(null)
  const [sorting, setSorting] = useState<Sorting | null>(null)
  const sorted = useMemo(() => inOrder(rows, columns, sorting), [rows, columns, sorting])
  const virtual = useVirtualizer({
    count: sorted.length, getScrollElement: () => frame.current, estimateSize: () => rowHeight, overscan: 12,
    enabled: sorted.length > drawnWhole,
  })
  const whole = sorted.length <= drawnWhole
  const shown = whole ? sorted.map((_, index) => index) : virtual.getVirtualItems().map(({ index }) => index)
  const above = whole ? 0 : (shown[0] ?? 0) * rowHeight
  const below = whole ? 0 : (sorted.length - 1 - (shown.at(-1) ?? -1)) * rowHeight
  const sortBy = (column: number): void => {
    setSorting((before) => (before?.column !== column ? { column, down: false } : before.down ? null : { column, down: true }))
  }
  return (
    <div ref={frame} className="table-frame" style={{ maxHeight: height }} tabIndex={0} role="region" aria-label={label}>
      <table className="data" aria-label={label} aria-rowcount={sorted.length + 1}>
        <thead>
          <tr>
            {columns.map((column, index) => (
              <Header
                key={column.name} column={column} onSort={() => { sortBy(index) }}
                sorted={sorting?.column === index ? (sorting.down ? 'down' : 'up') : null}
              />
            ))}
          </tr>
        </thead>
        <tbody>
          {above === 0 ? null : <tr className="gap"><td colSpan={columns.length} style={{ height: above }} /></tr>}
          {shown.map((index) => {
            const row = sorted[index]
            if (row === undefined) return null
            return (
              <tr
                key={keyOf(row, index)} aria-rowindex={index + 2} className={onOpen === undefined ? '' : 'goes'}
                {...(onOpen === undefined ? {} : { onClick: () => { onOpen(row) } })}
              >
                {columns.map((column) => (
                  <td key={column.name} className={column.numeric === true ? 'number' : ''}>{column.cell(row, index)}</td>
                ))}
              </tr>
            )
          })}
          {below === 0 ? null : <tr className="gap"><td colSpan={columns.length} style={{ height: below }} /></tr>}
        </tbody>
      </table>
    </div>
  )
}
