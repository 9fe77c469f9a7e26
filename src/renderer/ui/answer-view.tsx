import { Button, Menu, SegmentedControl } from '@mantine/core'
import { IconDownload } from '@tabler/icons-react'
import { useRef, useState } from 'react'
import type { AnswerJson } from '../../shared/window-contract/base.ts'
import { answerAsText, labelsFor, readAnswerForms, type AnswerForm, type NamedAnswer } from './answer-form.ts'
import { DataTable } from './data-table.tsx'
import { Bars, Heat, Line, mostBars } from './plot.tsx'
import { savePng, saveText, standaloneSvg } from './save-file.ts'
import { formatNumber } from './values.tsx'

/** Where an answer comes from, as its saved files say. */
export interface AnswerSource {
  readonly fileName: string
  readonly citation: string
  readonly receiptId: string | null
  readonly columns: readonly string[]
}

type Drawn = Exclude<AnswerForm, { form: 'number' | 'words' }>

const Plot = ({ of, name, columns }: { readonly of: Drawn, readonly name: string, readonly columns: readonly string[] }) => {
  if (of.form === 'table') return <Heat rows={of.rows} labels={columns} title={name} />
  return of.values.length > mostBars
    ? <Line values={of.values} title={name} />
    : <Bars values={of.values} labels={labelsFor(of.values.length, columns)} title={name} />
}

const Table = ({ of, name, columns }: { readonly of: Drawn, readonly name: string, readonly columns: readonly string[] }) => {
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

const SavePlot = ({ plot, source, name }: {
  readonly plot: () => SVGSVGElement | null, readonly source: AnswerSource, readonly name: string
}) => {
  const save = (kind: 'svg' | 'png'): void => {
    const found = plot()
    if (found === null) return
    const svg = standaloneSvg(found, source.citation)
    if (kind === 'svg') saveText(`${source.fileName}-${name}.svg`, svg, 'image/svg+xml')
    else void savePng(`${source.fileName}-${name}.png`, svg, getComputedStyle(found).getPropertyValue('--ground'))
  }
  return (
    <>
      <Button variant="subtle" onClick={() => { save('svg') }}>SVG</Button>
      <Button variant="subtle" onClick={() => { save('png') }}>PNG</Button>
    </>
  )
}

const One = ({ named: { name, of }, source }: { readonly named: NamedAnswer, readonly source: AnswerSource }) => {
  const [shown, setShown] = useState('plot')
  const frame = useRef<HTMLDivElement>(null)
  if (of.form === 'number') return <div className="figure"><span className="label mono">{name}</span><span className="answer-number">{formatNumber(of.value)}</span></div>
  if (of.form === 'words') return <div className="figure"><span className="label mono">{name}</span><span>{of.text}</span></div>
  return (
    <div className="stack" ref={frame}>
      <div className="row between">
        <span className="mono quiet">{name}</span>
        <div className="row">
          {shown === 'plot' ? <SavePlot source={source} name={name} plot={() => frame.current?.querySelector<SVGSVGElement>('svg.plot') ?? null} /> : null}
          <SegmentedControl aria-label={`Show ${name} as`} value={shown} onChange={setShown} data={[{ value: 'plot', label: 'Plot' }, { value: 'table', label: 'Table' }]} />
        </div>
      </div>
      {shown === 'plot' ? <Plot of={of} name={name} columns={source.columns} /> : <Table of={of} name={name} columns={source.columns} />}
    </div>
  )
}

/** An answer as numbers, tables and plots, to be looked at and taken away. */
export const AnswerView = ({ answer, source }: { readonly answer: AnswerJson, readonly source: AnswerSource }) => {
  const forms = readAnswerForms(answer)
  const numbers = forms.filter(({ of }) => of.form === 'number')
  const others = forms.filter(({ of }) => of.form !== 'number')
  const saveJson = (): void => {
    saveText(`${source.fileName}.json`, JSON.stringify({ answer, citation: source.citation, receipt: source.receiptId }, null, 2), 'application/json')
  }
  const saveCsv = (): void => {
    saveText(`${source.fileName}.csv`, `# ${source.citation.replaceAll('\n', ' ')}\n# receipt: ${source.receiptId ?? 'none yet'}\n${answerAsText(answer, source.columns, ',')}\n`, 'text/csv')
  }
  return (
    <div className="stack wide">
      <div className="row between">
        <div className="figures">{numbers.map((named) => <One key={named.name} named={named} source={source} />)}</div>
        <Menu position="bottom-end">
          <Menu.Target><Button variant="default" leftSection={<IconDownload size={14} aria-hidden />} style={{ alignSelf: 'flex-start' }}>Save</Button></Menu.Target>
          <Menu.Dropdown>
            <Menu.Item onClick={saveCsv}>CSV</Menu.Item>
            <Menu.Item onClick={saveJson}>JSON</Menu.Item>
            <Menu.Item onClick={() => { void navigator.clipboard.writeText(answerAsText(answer, source.columns, '\t')) }}>Copy as a table</Menu.Item>
          </Menu.Dropdown>
        </Menu>
      </div>
      {others.map((named) => <One key={named.name} named={named} source={source} />)}
    </div>
  )
}
