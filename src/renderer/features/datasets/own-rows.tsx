import { Button, Modal, Select } from '@mantine/core'
import { useState } from 'react'
import { dateUnit, sayDate } from '../../../shared/dates.ts'
import type { WindowOutputs } from '../../../shared/window-contract/index.ts'
import { shell, useAsk, useDo } from '../../app/api.ts'
import { PagedTable } from '../../ui/paged-table.tsx'
import { Section } from '../../ui/page.tsx'
import { Bars, Histogram } from '../../ui/plot.tsx'
import { Reply, Trouble } from '../../ui/trouble.tsx'
import { formatCount, formatNumber, sayCodes } from '../../ui/values.tsx'

type Dataset = WindowOutputs['datasets']['show']

const bins = 24
const mostWords = 100
const pageRows = 200
const tableHeight = 400

const Spread = ({ of }: { readonly of: Dataset }) => {
  const [column, setColumn] = useState(of.columnList[0]?.name ?? '')
  const { unit = '', categories = [] } = of.columnList.find(({ name }) => name === column) ?? {}
  const isByWord = categories.length > 1 && categories.length <= mostWords
  const histogram = useAsk(
    ['datasets', of.name, 'histogram', column], () => shell.datasets.histogram({ name: of.name, column, bins: isByWord ? categories.length : bins }), column !== '',
  )
  /** One bar a word, where every word occurs: the codes are then a bin each. */
  const isWhole = (edges: readonly number[]): boolean => isByWord && edges[0] === 0 && edges.at(-1) === categories.length - 1
  return (
    <Section title="How values spread" aside={<Select aria-label="Column" w={200} searchable data={of.columnList.map(({ name }) => name)} value={column} onChange={(value) => { setColumn(value ?? '') }} />}>
      <p className="small quiet">Rows by {column}{unit === '' ? '' : `, in ${unit}`}{categories.length === 0 ? '' : `: ${sayCodes(categories)}`}. Only you see this; it is not part of a listing.</p>
      <Reply of={histogram}>{({ counts, edges }) => (isWhole(edges) ? <Bars title={`Rows by ${column}`} values={counts} labels={categories} /> : <Histogram title={`Rows by ${column}`} counts={counts} edges={edges} />)}</Reply>
    </Section>
  )
}

/** A number, or the word or the date that it stands for. */
const sayValue = (value: number, unit: string, categories: readonly string[]): string =>
  categories[value] ?? (unit === dateUnit ? sayDate(value) : formatNumber(value))

const Rows = ({ of }: { readonly of: Dataset }) => (
  <Section title="Rows" aside={<span className="small quiet">{formatCount(of.rows)}</span>}>
    <PagedTable
      label="Rows" total={of.rows} pageRows={pageRows} height={tableHeight} queryKey={['datasets', of.name, 'rows']}
      load={async (offset) => (await shell.datasets.rows({ name: of.name, offset, limit: pageRows })).rows}
      columns={of.columnList.map(({ name, unit, categories }, at) =>
        ({
          name, unit: unit === dateUnit ? '' : unit, words: categories.length > 0,
          cell: (row: readonly number[]) => sayValue(row[at] ?? Number.NaN, unit, categories),
        }))}
    />
  </Section>
)

const lost = [
  'Looking at the rows, and at how their values spread.',
  'Rehearsing attacks on a listing of this table.',
  'Comparing an answer with one computed from the rows.',
] as const

const DropPlain = ({ name, onClose }: { readonly name: string, readonly onClose: () => void }) => {
  const drop = useDo(() => shell.datasets.dropPlain({ name }), 'datasets')
  return (
    <Modal opened onClose={onClose} title={`Delete the rows of ${name}?`} size={480} closeButtonProps={{ 'aria-label': 'Keep them' }}>
      <div className="stack wide">
        <p>Selling, serving and answering go on: they need the encrypted table and its key only. What no longer works:</p>
        <ul className="stack">{lost.map((words) => <li key={words} className="quiet">{words}</li>)}</ul>
        <p className="quiet">The file it was imported from is not touched.</p>
        <Trouble error={drop.error} />
        <div className="row end">
          <Button variant="default" onClick={onClose} data-autofocus>Keep them</Button>
          <Button className="danger" loading={drop.isPending} onClick={() => { drop.mutate(undefined, { onSuccess: onClose }) }}>Delete the rows</Button>
        </div>
      </div>
    </Modal>
  )
}

/** The imported rows, for their owner alone, as long as they are kept. */
export const OwnRows = ({ of }: { readonly of: Dataset }) => {
  const [dropping, setDropping] = useState(false)
  if (!of.hasPlain) return <p className="note">The imported rows were deleted; the encrypted table and its key are here.</p>
  return (
    <>
      <Spread of={of} />
      <Rows of={of} />
      {of.data?.complete !== true ? null : (
        <div className="row wide between">
          <p className="small quiet prose">Serving needs the encrypted table only. Without the rows, nobody who takes this computer reads them here.</p>
          <Button variant="default" onClick={() => { setDropping(true) }}>Delete the rows…</Button>
        </div>
      )}
      {dropping ? <DropPlain name={of.name} onClose={() => { setDropping(false) }} /> : null}
    </>
  )
}
