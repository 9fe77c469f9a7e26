import { Button, Menu, SegmentedControl } from '@mantine/core'
import { IconDownload } from '@tabler/icons-react'
import { useRef, useState } from 'react'
import type { AnswerJson } from '../../shared/window-contract/base.ts'
import { csvComment } from '../../shared/csv.ts'
import { answerAsText, labelsFor, readAnswerForms, type AnswerForm, type NamedAnswer } from './answer-form.ts'
import { DataTable } from './data-table.tsx'
import { HeatMap } from './heat-map.tsx'
import { Bars, countBins, Histogram, Line, mostBars } from './plot.tsx'
import { savePng, saveText, standaloneSvg } from './save-file.ts'
import { Trouble } from './trouble.tsx'
import { formatNumber } from './values.tsx'

/** Where an answer comes from, as its saved files say. */
export interface AnswerSource {
  readonly fileName: string
  readonly citation: string
  readonly receiptId: string | null
  readonly columns: readonly string[]
}

type Drawn = Exclude<AnswerForm, { form: 'number' | 'words' }>
type Shown = 'bars' | 'line' | 'histogram' | 'heat' | 'table'

const words: Readonly<Record<Shown, string>> = { bars: 'Bars', line: 'Line', histogram: 'Histogram', heat: 'Heat map', table: 'Table' }

/** How a value can be drawn, the usual way first. */
const waysFor = (of: Drawn): readonly Shown[] => {
  if (of.form === 'table') return ['heat', 'table']
  return of.values.length > mostBars ? ['line', 'histogram', 'table'] : ['bars', 'line', 'histogram', 'table']
}

interface DrawnProperties { readonly of: Drawn, readonly name: string, readonly columns: readonly string[] }

const Plot = ({ of, name, columns, shown }: DrawnProperties & { readonly shown: Shown }) => {
  if (of.form === 'table') {
    const [down, across] = [of.rows.length, of.rows[0]?.length ?? 0]
    return <HeatMap rows={of.rows} rowNames={labelsFor(down, columns)} columnNames={labelsFor(across, columns)} title={name} />
  }
  if (shown === 'line') return <Line values={of.values} title={name} />
  if (shown === 'histogram') return <Histogram {...countBins(of.values)} title={name} />
  return <Bars values={of.values} labels={labelsFor(of.values.length, columns)} title={name} />
}

const Table = ({ of, name, columns }: DrawnProperties) => {
  const rows = of.form === 'list' ? of.values.map((value) => [value]) : of.rows
  const labels = labelsFor(rows.length, columns)
  const heads = of.form === 'list' ? [name] : labelsFor(rows[0]?.length ?? 0, columns)
  return (
    <DataTable
      label={name} rows={rows} height={320} keyOf={(_, index) => index}
      columns={[
        { name: 'entry', cell: (_, index) => <span className="mono">{labels[index]}</span> },
        ...heads.map((head, at) => ({
          name: head, numeric: true,
          cell: (row: readonly number[]) => formatNumber(row[at] ?? Number.NaN),
          order: (row: readonly number[]) => row[at] ?? 0,
        })),
      ]}
    />
  )
}

const SavePlot = ({ plot, source, name, onFailed }: {
  readonly plot: () => SVGSVGElement | null, readonly source: AnswerSource, readonly name: string
  readonly onFailed: (error: unknown) => void
}) => {
  const save = (kind: 'svg' | 'png'): void => {
    const found = plot()
    if (found === null) return
    const svg = standaloneSvg(found, source.citation)
    if (kind === 'svg') saveText(`${source.fileName}-${name}.svg`, svg, 'image/svg+xml')
    else savePng(`${source.fileName}-${name}.png`, svg, getComputedStyle(found).getPropertyValue('--ground')).catch(onFailed)
  }
  return (
    <Menu position="bottom-end">
      <Menu.Target><Button variant="subtle" leftSection={<IconDownload size={14} aria-hidden />} aria-label={`Save the plot of ${name}`}>Plot</Button></Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => { save('svg') }}>Picture for print (SVG)</Menu.Item>
        <Menu.Item onClick={() => { save('png') }}>Picture for slides (PNG)</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}

const DrawnValue = ({ of, name, source }: { readonly of: Drawn, readonly name: string, readonly source: AnswerSource }) => {
  const ways = waysFor(of)
  const [chosen, setChosen] = useState<Shown | null>(null)
  const [failure, setFailure] = useState<unknown>(null)
  const frame = useRef<HTMLDivElement>(null)
  const shown = ways.find((way) => way === chosen) ?? ways[0] ?? 'table'
  return (
    <div className="stack" ref={frame}>
      <div className="row between wrap">
        <span className="mono quiet">{name}</span>
        <div className="row">
          {shown === 'table' ? null : <SavePlot source={source} name={name} onFailed={setFailure} plot={() => frame.current?.querySelector<SVGSVGElement>('svg.plot') ?? null} />}
          <SegmentedControl
            aria-label={`Show ${name} as`} value={shown} data={ways.map((way) => ({ value: way, label: words[way] }))}
            onChange={(value) => { setChosen(ways.find((way) => way === value) ?? null) }}
          />
        </div>
      </div>
      <Trouble error={failure} />
      {shown === 'table' ? <Table of={of} name={name} columns={source.columns} /> : <Plot of={of} name={name} columns={source.columns} shown={shown} />}
    </div>
  )
}

const One = ({ named: { name, of }, source }: { readonly named: NamedAnswer, readonly source: AnswerSource }) => {
  if (of.form === 'number') return <div className="figure"><span className="label mono">{name}</span><span className="answer-number">{formatNumber(of.value)}</span></div>
  if (of.form === 'words') return <div className="figure"><span className="label mono">{name}</span><span>{of.text}</span></div>
  return <DrawnValue of={of} name={name} source={source} />
}

interface AnswerProperties {
  readonly answer: AnswerJson
  readonly source: AnswerSource
  /** Saves it with the receipt that shows it, where there is one. */
  readonly onSaveResult?: () => void
}

const Save = ({ answer, source, onSaveResult }: AnswerProperties) => {
  const { citation, receiptId, columns, fileName } = source
  const saveJson = (): void => { saveText(`${fileName}.json`, JSON.stringify({ answer, citation, receipt: receiptId }, null, 2), 'application/json') }
  const saveCsv = (): void => {
    saveText(`${fileName}.csv`, `${csvComment(citation)}\n${csvComment(`receipt: ${receiptId ?? 'none yet'}`)}\n${answerAsText(answer, columns, ',')}\n`, 'text/csv')
  }
  return (
    <Menu position="bottom-end">
      <Menu.Target><Button variant="default" leftSection={<IconDownload size={14} aria-hidden />} style={{ alignSelf: 'flex-start' }}>Save</Button></Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={saveCsv}>Table, with its source (CSV)</Menu.Item>
        <Menu.Item onClick={saveJson}>Everything (JSON)</Menu.Item>
        {onSaveResult === undefined ? null : <Menu.Item onClick={onSaveResult}>With its receipt, to verify (.heresult)</Menu.Item>}
        <Menu.Item onClick={() => { void navigator.clipboard.writeText(answerAsText(answer, columns, '\t')) }}>Copy as a table</Menu.Item>
        <Menu.Item onClick={() => { void navigator.clipboard.writeText(citation) }}>Copy the citation</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}

/** An answer as numbers, tables and plots, to be looked at and taken away. */
export const AnswerView = ({ answer, source, ...saving }: AnswerProperties) => {
  const forms = readAnswerForms(answer)
  const numbers = forms.filter(({ of }) => of.form === 'number')
  const others = forms.filter(({ of }) => of.form !== 'number')
  return (
    <div className="stack wide">
      <div className="row between">
        <div className="figures">{numbers.map((named) => <One key={named.name} named={named} source={source} />)}</div>
        <Save answer={answer} source={source} {...saving} />
      </div>
      {others.map((named) => <One key={named.name} named={named} source={source} />)}
    </div>
  )
}
