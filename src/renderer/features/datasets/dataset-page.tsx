import { Button, Modal, Select, Switch } from '@mantine/core'
import { useState } from 'react'
import type { WindowOutputs } from '../../../shared/window-contract/index.ts'
import { shell, useAsk, useDo, useJobOf } from '../../app/api.ts'
import { goTo, placeOf } from '../../app/router.ts'
import { WatchedJob } from '../../ui/job-progress.tsx'
import { Facts, Page, Section } from '../../ui/page.tsx'
import { Reply, Trouble } from '../../ui/trouble.tsx'
import { formatCount, sayCount } from '../../ui/values.tsx'
import { OwnRows } from './own-rows.tsx'
import { SecondMoments } from './second-moments.tsx'

type Dataset = WindowOutputs['datasets']['show']
const keyLengths = [2048, 3072, 4096] as const
type KeyLength = (typeof keyLengths)[number]
const usualLength = 3072

const Encryption = ({ of: { name, data } }: { readonly of: Dataset }) => {
  const [packed, setPacked] = useState(false)
  const [bits, setBits] = useState<KeyLength>(keyLengths.find((known) => known === data?.keyBits) ?? usualLength)
  const running = useJobOf('encrypt', name)
  const start = useDo(() => shell.datasets.encrypt({ name, keyBits: bits, packed }), 'jobs', 'datasets')
  const busy = running?.state === 'running'
  return (
    <div className="stack wide">
      <p className="quiet prose">Every cell is encrypted once under a key that stays on this computer. It can be stopped and goes on where it was.</p>
      {data === null ? <Select label="Key length" w={160} data={keyLengths.map((length) => ({ value: String(length), label: `${length} bits` }))} value={String(bits)} onChange={(value) => { setBits(keyLengths.find((known) => String(known) === value) ?? usualLength) }} /> : null}
      {data === null ? (
        <Switch
          label="Packed besides" checked={packed} onChange={(event) => { setPacked(event.target.checked) }}
          description="All columns of a row stand side by side in a few ciphertexts more: sums and means of many columns cost buyers far less download and time."
        />
      ) : null}
      {busy ? null : <div><Button loading={start.isPending} onClick={() => { start.mutate(undefined) }}>{data === null ? 'Encrypt the table' : 'Go on encrypting'}</Button></div>}
      <Trouble error={start.error} />
      <WatchedJob id={busy ? running.id : start.data?.job ?? null} />
    </div>
  )
}

const TestData = ({ of: { name, data } }: { readonly of: Dataset }) => {
  const running = useJobOf('test-data', name)
  const bits = keyLengths.find((known) => known === data?.keyBits) ?? usualLength
  const start = useDo(() => shell.datasets.testData({ name, keyBits: bits }), 'jobs', 'datasets')
  const busy = running?.state === 'running'
  return (
    <div className="stack wide">
      <p className="quiet prose">Made-up rows of the same columns, within your declared bounds and under a key of their own, let buyers try scripts for nothing. No real row goes into them.</p>
      {busy ? null : <div><Button loading={start.isPending} onClick={() => { start.mutate(undefined) }}>Make test data</Button></div>}
      <Trouble error={start.error} />
      <WatchedJob id={busy ? running.id : start.data?.job ?? null} />
    </div>
  )
}

const NextStep = ({ of }: { readonly of: Dataset }) => {
  if (of.data?.complete !== true) return <section className="next-step" aria-label="Next step"><h2>Encrypt it</h2><Encryption of={of} /></section>
  if (of.test?.complete !== true) return <section className="next-step" aria-label="Next step"><h2>Let buyers try</h2><TestData of={of} /></section>
  if (of.usedBy !== null) return null
  return (
    <section className="next-step" aria-label="Next step">
      <h2>Put answers on sale</h2>
      <p className="quiet">The table is encrypted and test data is there. Set a price and what may be asked.</p>
      <div><Button component="a" href={placeOf(['sell', 'listings', 'new'], { dataset: of.name })}>Write a listing</Button></div>
    </section>
  )
}

const Remove = ({ name, onClose }: { readonly name: string, readonly onClose: () => void }) => {
  const remove = useDo(() => shell.datasets.remove({ name }), 'datasets')
  return (
    <Modal opened onClose={onClose} title={`Remove ${name}?`} size={440} closeButtonProps={{ 'aria-label': 'Keep it' }}>
      <div className="stack wide">
        <p>Its rows, ciphertexts and keys are removed from this computer. The file it was imported from is not touched.</p>
        <Trouble error={remove.error} />
        <div className="row end">
          <Button variant="default" onClick={onClose} data-autofocus>Keep it</Button>
          <Button className="danger" loading={remove.isPending} onClick={() => { remove.mutate(undefined, { onSuccess: () => { goTo('#/sell/datasets') } }) }}>Remove it</Button>
        </div>
      </div>
    </Modal>
  )
}

export const DatasetPage = ({ name }: { readonly name: string }) => {
  const dataset = useAsk(['datasets', name], () => shell.datasets.show({ name }))
  const [removing, setRemoving] = useState(false)
  return (
    <Page
      title={name} back={{ to: '#/sell/datasets', title: 'Datasets' }}
      about={dataset.data === undefined ? undefined : `${sayCount(dataset.data.rows, 'row')}, ${sayCount(dataset.data.columns, 'column')}`}
      actions={dataset.data?.usedBy === null ? <Button variant="default" onClick={() => { setRemoving(true) }}>Remove…</Button> : undefined}
    >
      <Reply of={dataset}>
        {(of) => (
          <div className="columns">
            <div className="stack wider">
              <NextStep of={of} />
              {of.data?.complete === true ? null : <SecondMoments of={of} />}
              <OwnRows of={of} />
              {of.data?.complete === true ? <SecondMoments of={of} /> : null}
            </div>
            <aside>
              <Section title="State">
                <Facts of={[
                  ['Encrypted', of.data?.complete === true ? `yes, ${of.data.keyBits} bits` : 'not yet'],
                  ['Test rows', of.testRows === null ? 'none yet' : formatCount(of.testRows)],
                  ['Imported rows', of.hasPlain ? 'on this computer' : 'deleted'],
                  ['Listing', of.usedBy === null ? 'none' : <a key="listing" href={placeOf(['sell', 'listings', of.usedBy])}>{of.usedBy}</a>],
                ]} />
              </Section>
              <Section title="As imported">
                <Facts of={[
                  ['Encoding', of.summary.encoding.toUpperCase()], ['Rows read', formatCount(of.summary.rowsRead)], ['Rows dropped', formatCount(of.summary.rowsDropped)],
                  ['Cells filled', formatCount(of.summary.cellsFilled)], ['Left out', of.summary.leftOut.map((doubt) => doubt.name).join(', ') || 'nothing'],
                ]} />
              </Section>
            </aside>
          </div>
        )}
      </Reply>
      {removing ? <Remove name={name} onClose={() => { setRemoving(false) }} /> : null}
    </Page>
  )
}
