import { Button, NumberInput, Select, Textarea, TextInput } from '@mantine/core'
import { useState } from 'react'
import { parseAmountWei, parseDurationSeconds } from '../../../shared/units.ts'
import { AppError } from '../../../shared/errors.ts'
import type { ListingDraftJson } from '../../../shared/window-contract/listings.ts'
import { shell, useAsk, useDo } from '../../app/api.ts'
import { goTo, placeOf } from '../../app/router.ts'
import { EmptyState, Page, Section } from '../../ui/page.tsx'
import { Reply, Trouble } from '../../ui/trouble.tsx'

interface Draft {
  readonly dataset: string
  readonly title: string
  readonly description: string
  readonly price: string
  readonly guarantee: string
  readonly delivery: string
  readonly expiration: string
  readonly minRows: number
  readonly condition: number
  readonly maxAnswerCells: number
}

/** The reading of a field, or why it cannot be read. */
const readField = <Value,>(read: (text: string) => Value, text: string): { value: Value | null, problem: string | null } => {
  try {
    return { value: read(text), problem: null }
  } catch (error) {
    if (error instanceof AppError) return { value: null, problem: error.message }
    throw error
  }
}

const beginning = (dataset: string): Draft => ({
  dataset, title: dataset, description: '', price: '0.01', guarantee: '', delivery: '1h', expiration: '7d', minRows: 10, condition: 1, maxAnswerCells: 200,
})

const toDocument = (draft: Draft): ListingDraftJson => ({
  dataset: draft.dataset, title: draft.title, description: draft.description, valueWei: parseAmountWei(draft.price).toString(),
  ...(draft.guarantee.trim() === '' ? {} : { guaranteeWei: parseAmountWei(draft.guarantee).toString() }),
  deliverySeconds: parseDurationSeconds(draft.delivery), expirationSeconds: parseDurationSeconds(draft.expiration),
  minRows: draft.minRows, condition: draft.condition, maxAnswerCells: draft.maxAnswerCells,
})

const Editor = ({ datasets, chosen }: { readonly datasets: readonly string[], readonly chosen: string }) => {
  const [draft, setDraft] = useState(beginning(chosen))
  const change = (part: Partial<Draft>): void => { setDraft({ ...draft, ...part }) }
  const price = readField(parseAmountWei, draft.price)
  const guarantee = draft.guarantee.trim() === '' ? { problem: null } : readField(parseAmountWei, draft.guarantee)
  const delivery = readField(parseDurationSeconds, draft.delivery)
  const expiration = readField(parseDurationSeconds, draft.expiration)
  const readable = [price, guarantee, delivery, expiration].every(({ problem }) => problem === null)
  const make = useDo(() => shell.listings.create(toDocument(draft)), 'listings', 'datasets')
  return (
    <form className="stack wider" style={{ maxWidth: 720 }} onSubmit={(event) => { event.preventDefault(); make.mutate(undefined, { onSuccess: ({ id }) => { goTo(placeOf(['sell', 'listings', id])) } }) }}>
      <Section title="What it is">
        <Select label="Dataset" data={datasets} value={draft.dataset} onChange={(dataset) => { if (dataset !== null) change({ dataset, title: dataset }) }} />
        <TextInput label="Title" required value={draft.title} onChange={(event) => { change({ title: event.target.value }) }} />
        <Textarea label="Description" description="Where the data comes from, when, and what one row is." autosize minRows={3} value={draft.description} onChange={(event) => { change({ description: event.target.value }) }} />
      </Section>
      <Section title="Money and time">
        <div className="row wide" style={{ alignItems: 'flex-start' }}>
          <TextInput className="grow" label="Price of one answer (ETH)" required value={draft.price} error={price.problem} onChange={(event) => { change({ price: event.target.value }) }} />
          <TextInput className="grow" label="Guarantee (ETH)" placeholder="the usual share of the price" value={draft.guarantee} error={guarantee.problem} onChange={(event) => { change({ guarantee: event.target.value }) }} />
        </div>
        <div className="row wide" style={{ alignItems: 'flex-start' }}>
          <TextInput className="grow" label="You deliver within" description="10m, 1h, 2d" required value={draft.delivery} error={delivery.problem} onChange={(event) => { change({ delivery: event.target.value }) }} />
          <TextInput className="grow" label="The trade ends after" description="Then you can reclaim what an absent buyer left." required value={draft.expiration} error={expiration.problem} onChange={(event) => { change({ expiration: event.target.value }) }} />
        </div>
      </Section>
      <Section title="What your key will answer">
        <NumberInput label="Rows behind each number, at least" description={`A mean over ${draft.minRows} people says little about one of them. 1 would allow answers about single rows.`} min={1} allowDecimal={false} value={draft.minRows} onChange={(value) => { change({ minRows: Number(value) }) }} />
        <NumberInput label="Numbers in one answer, at most" description={`A vector of ${draft.maxAnswerCells} means passes; a larger table is refused.`} min={1} allowDecimal={false} value={draft.maxAnswerCells} onChange={(value) => { change({ maxAnswerCells: Number(value) }) }} />
        <NumberInput label="Condition" description={draft.condition <= 1 ? '1: each side of an answer may be as long as the table’s. Single numbers always pass.' : `Each side of an answer may be at most the table’s divided by ${draft.condition}. Single numbers always pass.`} min={0.01} step={1} value={draft.condition} onChange={(value) => { change({ condition: Number(value) }) }} />
      </Section>
      <Trouble error={make.error} />
      <div className="row"><Button type="submit" loading={make.isPending} disabled={!readable || draft.title.trim() === ''}>Save the draft</Button><span className="small quiet">Nothing becomes public yet: the next page shows exactly what would.</span></div>
    </form>
  )
}

export const ListingDraftPage = ({ dataset }: { readonly dataset: string | null }) => {
  const datasets = useAsk(['datasets'], () => shell.datasets.list({}))
  return (
    <Page title="Write a listing" back={{ to: '#/sell/listings', title: 'Listings' }}>
      <Reply of={datasets}>
        {(rows) => {
          const ready = rows.filter(({ data, test }) => data?.complete === true && test?.complete === true).map(({ name }) => name)
          const first = ready.find((name) => name === dataset) ?? ready[0]
          return first === undefined
            ? <EmptyState action={<Button component="a" href="#/sell/datasets">Open the datasets</Button>}>A listing needs a dataset that is encrypted and has test data.</EmptyState>
            : <Editor datasets={ready} chosen={first} />
        }}
      </Reply>
    </Page>
  )
}
