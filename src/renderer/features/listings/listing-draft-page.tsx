import { Button, Checkbox, SegmentedControl, Select, Textarea, TextInput } from '@mantine/core'
import { useState, type ReactNode } from 'react'
import { countsRowsWords } from '../../../shared/policy-words.ts'
import { formatEther } from '../../../shared/units.ts'
import { usualFeeWei, usualGuaranteeWei } from '../../../shared/usual-terms.ts'
import { shell, useAsk, useDo } from '../../app/api.ts'
import { goTo, placeOf } from '../../app/router.ts'
import { EmptyState, Page, Section } from '../../ui/page.tsx'
import { Reply, Trouble } from '../../ui/trouble.tsx'
import { reaches } from '../serve/reaches.ts'
import { beginDraft, draftOf, isReadable, maySellComparisons, maySellProducts, sellsHelp, singleRowsWords, readDraft, toDocument, usualLimits, warnOfDraft, type Draft, type DraftReadings } from './draft.ts'
import { LimitsExplained } from './limits-explained.tsx'
import { useKeptDraft } from './use-kept-draft.ts'

interface PartProperties {
  readonly draft: Draft
  readonly readings: DraftReadings
  readonly change: (part: Partial<Draft>) => void
}

const WhatItIs = ({ draft, change, datasets }: Omit<PartProperties, 'readings'> & { readonly datasets: readonly string[] }) => (
  <Section title="What it is">
    <Select label="Dataset" data={datasets} value={draft.dataset} onChange={(dataset) => { if (dataset !== null) change({ dataset, title: dataset }) }} />
    <TextInput label="Title" required value={draft.title} onChange={(event) => { change({ title: event.target.value }) }} />
    <Textarea label="Description" description="Where the data comes from, when, and what one row is." autosize minRows={3} value={draft.description} onChange={(event) => { change({ description: event.target.value }) }} />
  </Section>
)

const sayUsual = ({ price }: DraftReadings, toUsualWei: (valueWei: bigint) => bigint): string =>
  (price.value === null ? 'the usual share of the price' : `${formatEther(toUsualWei(price.value))}, the usual`)

const Money = ({ draft, readings, change }: PartProperties) => (
  <Section title="Money and time">
    <div className="pair">
      <TextInput label="Price of one answer (ether)" description="Held by the contract until the answer is confirmed." required value={draft.price} error={readings.price.problem} onChange={(event) => { change({ price: event.target.value }) }} />
      <TextInput
        label="Guarantee (ether)" description="The buyer’s deposit, and yours with each answer; both come back." placeholder={sayUsual(readings, (valueWei) => usualGuaranteeWei(valueWei, readings.arbiter.value !== null))} value={draft.guarantee}
        error={readings.guarantee.problem} onChange={(event) => { change({ guarantee: event.target.value }) }}
      />
      <TextInput label="You deliver within" description="From the request on. Such as 10m, 1h, 2d." required value={draft.delivery} error={readings.delivery.problem} onChange={(event) => { change({ delivery: event.target.value }) }} />
      <TextInput label="The buyer confirms or disputes within" description="From your delivery on. Then you can reclaim what an absent buyer left." required value={draft.expiration} error={readings.expiration.problem} onChange={(event) => { change({ expiration: event.target.value }) }} />
      <TextInput label="Arbiter" description="Rules on disputes. Without one, or with one who stays silent, both sides lose." placeholder="nobody, or an address" value={draft.arbiter} error={readings.arbiter.problem} onChange={(event) => { change({ arbiter: event.target.value }) }} />
      <TextInput label="The arbiter rules within" disabled={draft.arbiter.trim() === ''} description="After that anybody may close the dispute." value={draft.dispute} error={readings.dispute.problem} onChange={(event) => { change({ dispute: event.target.value }) }} />
    </div>
    {warnOfDraft(readings).map((words) => <p key={words} className="note warn">{words}</p>)}
  </Section>
)

const modes = [{ value: 'disclosed', label: 'Programs are shown to you' }, { value: 'private', label: 'Programs stay private' }] as const

const modeWords: Readonly<Record<Draft['mode'], string>> = {
  disclosed: 'Your computer sees the program behind each script, recomputes it and can refuse what singles out rows.',
  private: 'You never learn what is computed, nor what comes out; so you cannot refuse single rows, only limit how much is decrypted.',
}

const Help = ({ draft, readings, change }: PartProperties) => (
  <div className="pair">
    <TextInput
      label="Comparisons sold in all" inputMode="numeric" value={draft.comparisons} error={readings.limits.comparisons.problem}
      description={readings.limits.comparisons.value === 0 ? 'None: scripts cannot compare encrypted cells.' : 'While scripts run, you tell which cells are larger: each tells a bit about single rows.'}
      onChange={(event) => { change({ comparisons: event.target.value }) }}
    />
    {maySellProducts(draft) ? (
      <TextInput
        label="Products sold in all" inputMode="numeric" value={draft.products} error={readings.limits.products.problem}
        description={readings.limits.products.value === 0 ? 'None: scripts cannot multiply encrypted cells.' : 'While scripts run, you multiply encrypted cells, without learning them.'}
        onChange={(event) => { change({ products: event.target.value }) }}
      />
    ) : null}
    <TextInput
      label="Fee for opening your help (ether)" description="Out of the price, yours at once, whatever comes after." disabled={!sellsHelp(draft)}
      placeholder={sayUsual(readings, usualFeeWei)} value={draft.interactionFee} error={readings.interactionFee.problem}
      onChange={(event) => { change({ interactionFee: event.target.value }) }}
    />
  </div>
)

const Limits = ({ draft, readings, readings: { limits }, change }: PartProperties) => (
  <Section title="What your key will answer">
    <div>
      <SegmentedControl
        aria-label="Mode" value={draft.mode} data={[...modes]}
        onChange={(value) => { const mode = value === 'private' ? 'private' : 'disclosed'; change({ mode, maxTotalCells: '', ...usualLimits[mode] }) }}
      />
    </div>
    <p className="small quiet prose">{modeWords[draft.mode]} A table keeps the mode that it is first listed in.</p>
    <div className="pair">
      {draft.mode === 'private' ? null : (
        <TextInput
          label="Rows behind each number, at least" inputMode="numeric" required value={draft.minRows} error={limits.minRows.problem}
          description={limits.minRows.value === null ? `The smallest group that an answer may tell apart. ${countsRowsWords}` : limits.minRows.value === 1
            ? <span className="bad">{singleRowsWords}</span>
            : `Groups of fewer than ${limits.minRows.value} rows are told apart by no answer. ${countsRowsWords}`}
          onChange={(event) => { change({ minRows: event.target.value }) }}
        />
      )}
      <TextInput
        label="Condition" inputMode="decimal" required value={draft.condition} error={limits.condition.problem}
        description={limits.condition.value === null || limits.condition.value <= 1 ? 'An answer may have as many rows and columns as the table.' : `An answer has at most the table’s rows, and its columns, divided by ${limits.condition.value}.`}
        onChange={(event) => { change({ condition: event.target.value }) }}
      />
      <TextInput
        label="Numbers in one answer, at most" description="More are refused." inputMode="numeric" required value={draft.maxAnswerCells} error={limits.maxAnswerCells.problem}
        onChange={(event) => { change({ maxAnswerCells: event.target.value }) }}
      />
      <TextInput
        label="Bits of one number, at most" inputMode="numeric" required value={draft.maxAnswerBits} error={limits.maxAnswerBits.problem}
        description={`How long a number may be${limits.maxAnswerBits.value === null ? '.' : `: about ${Math.floor(limits.maxAnswerBits.value * Math.log10(2))} digits, decimals among them.`}`}
        onChange={(event) => { change({ maxAnswerBits: event.target.value }) }}
      />
      <TextInput
        label="Numbers in all answers, at most" description="To all buyers together, for good. An answer that was given before counts once." inputMode="numeric"
        placeholder={draft.mode === 'private' ? 'four answers, the usual' : 'half the table’s, the usual'} value={draft.maxTotalCells} error={limits.maxTotalCells.problem}
        onChange={(event) => { change({ maxTotalCells: event.target.value }) }}
      />
    </div>
    {limits.minRows.value === 1 ? <p className="note bad" role="alert">{singleRowsWords}</p> : null}
    {maySellComparisons(draft) ? <Help draft={draft} readings={readings} change={change} /> : null}
  </Section>
)

const Where = ({ draft, readings, change }: PartProperties) => (
  <Section title="Where buyers find it">
    <div><SegmentedControl aria-label="Reach" value={draft.reach} onChange={(value) => { change({ reach: reaches.find((known) => known.value === value)?.value ?? 'this-computer' }) }} data={reaches.map(({ value, label }) => ({ value, label }))} /></div>
    <p className="small quiet prose">{reaches.find(({ value }) => value === draft.reach)?.about} It can be moved later.</p>
    {draft.reach === 'this-computer' ? null : (
      <TextInput
        label="Address of your server" placeholder={draft.reach === 'network' ? 'https://192.168.1.20:7373' : 'https://data.example.org'} value={draft.serverUrl}
        error={draft.serverUrl === '' ? null : readings.serverUrl.problem} onChange={(event) => { change({ serverUrl: event.target.value }) }}
      />
    )}
  </Section>
)

type Asked = {
  readonly datasets: readonly string[]
  /** What is written, for taking it up again. */
  readonly purpose: string
  readonly begin: () => Draft
  /** The draft that is written anew. */
  readonly replaces: string | null
}

const Editor = ({ datasets, purpose, begin, replaces }: Asked) => {
  const kept = useKeptDraft(purpose, begin)
  const make = useDo((wanted: Draft) => shell.listings.create({ ...toDocument(wanted), ...(replaces === null ? {} : { replaces }) }), 'listings', 'datasets')
  const [agreed, setAgreed] = useState(false)
  if (kept === null) return null
  const { draft, change, forget } = kept
  const readings = readDraft(draft)
  const sellsSingleRows = readings.limits.minRows.value === 1
  const save = (): void => {
    make.mutate(draft, {
      onSuccess: ({ id }) => {
        forget()
        goTo(placeOf(['sell', 'listings', id]))
      },
    })
  }
  return (
    <div className="columns">
      <form className="stack wider" onSubmit={(event) => { event.preventDefault(); save() }}>
        {kept.isTakenUp ? (
          <p className="note small row wide between" role="status">
            <span>What you changed here is kept until you save it.</span>
            <Button variant="default" size="compact-sm" onClick={forget}>Begin anew</Button>
          </p>
        ) : null}
        <WhatItIs draft={draft} change={change} datasets={datasets} />
        <Money draft={draft} readings={readings} change={change} />
        <Limits draft={draft} readings={readings} change={change} />
        <Where draft={draft} readings={readings} change={change} />
        {sellsSingleRows ? <Checkbox label="I mean it: answers about single rows may be sold from this table" checked={agreed} onChange={(event) => { setAgreed(event.currentTarget.checked) }} /> : null}
        <Trouble error={make.error ?? kept.error} />
        <div className="row"><Button type="submit" loading={make.isPending} disabled={!isReadable(readings) || draft.title.trim() === '' || (sellsSingleRows && !agreed)}>Save the draft</Button><span className="small quiet">Nothing becomes public yet: the next page shows exactly what would.</span></div>
      </form>
      <aside><LimitsExplained draft={draft} /></aside>
    </div>
  )
}

const NotReady = ({ dataset }: { readonly dataset: string }) => (
  <EmptyState action={<Button component="a" href={placeOf(['sell', 'datasets', dataset])}>Open the dataset</Button>}>
    A listing of {dataset} needs it encrypted, with test data beside it.
  </EmptyState>
)

const back = { to: '#/sell/listings', title: 'Listings' }

/** Datasets that are ready for a listing go to `children`. */
const WithDatasets = ({ dataset, children }: {
  readonly dataset: string | null, readonly children: (ready: readonly [string, ...string[]]) => ReactNode
}) => {
  const datasets = useAsk(['datasets'], () => shell.datasets.list({}))
  return (
    <Reply of={datasets}>
      {(rows) => {
        const ready = rows.filter(({ data, test }) => data?.complete === true && test?.complete === true)
        const [first, ...others] = ready.map(({ name }) => name)
        // What was known before may lag behind the dataset that one comes from: never is another taken in its place.
        if (dataset !== null && first !== dataset && !others.includes(dataset)) {
          return datasets.isFetching ? null : <NotReady dataset={dataset} />
        }
        return first === undefined
          ? <EmptyState action={<Button component="a" href="#/sell/datasets">Open the datasets</Button>}>A listing needs a dataset that is encrypted and has test data.</EmptyState>
          : children([first, ...others])
      }}
    </Reply>
  )
}

/** A new listing, of this dataset where one is named. */
export const NewListingPage = ({ dataset }: { readonly dataset: string | null }) => (
  <Page title="Write a listing" back={back}>
    <WithDatasets dataset={dataset}>
      {(ready) => <Editor key={dataset} datasets={ready} purpose={`new ${dataset ?? ''}`} begin={() => beginDraft(dataset ?? ready[0])} replaces={null} />}
    </WithDatasets>
  </Page>
)

/** A listing written after one there is: in the place of a draft, or as another like it. */
export const RewriteListingPage = ({ id, inPlace }: { readonly id: string, readonly inPlace: boolean }) => {
  const listing = useAsk(['listings', id], () => shell.listings.show({ id }))
  return (
    <Page title={inPlace ? 'Edit the draft' : 'Write another listing'} back={{ to: placeOf(['sell', 'listings', id]), title: listing.data?.title ?? id }}>
      <Reply of={listing}>
        {(found) => (
          <WithDatasets dataset={found.dataset}>
            {(ready) => <Editor datasets={ready} purpose={`${inPlace ? 'edit' : 'like'} ${id}`} begin={() => draftOf(found)} replaces={inPlace ? id : null} />}
          </WithDatasets>
        )}
      </Reply>
    </Page>
  )
}
