import { Modal, TextInput } from '@mantine/core'
import { useState } from 'react'
import { listExamples, type ExampleListing } from './examples.ts'
import { listOperations } from './operations.ts'

const contains = (wanted: string, ...texts: readonly string[]): boolean => {
  const words = wanted.toLowerCase().split(/\s+/)
  const text = texts.join(' ').toLowerCase()
  return words.every((word) => text.includes(word))
}

/** What a script can say, beside the script: questions as one would put them first, then every operation. */
export const OperationsHelp = ({ declarations, listing, onClose }: {
  readonly declarations: string, readonly listing: ExampleListing | undefined, readonly onClose: () => void
}) => {
  const [wanted, setWanted] = useState('')
  const examples = listExamples(listing).filter(({ question, code }) => contains(wanted, question, code))
  const operations = listOperations(declarations).filter(({ signatures, what }) => contains(wanted, what, ...signatures))
  return (
    <Modal opened onClose={onClose} title="What a script can say" size={760} closeButtonProps={{ 'aria-label': 'Close' }}>
      <TextInput label="Find" placeholder="mean, largest, correlation …" data-autofocus value={wanted} onChange={(event) => { setWanted(event.target.value) }} />
      {examples.length + operations.length > 0 ? null : <p className="quiet" role="status" style={{ marginTop: 12 }}>Nothing of that name.</p>}
      {examples.length === 0 ? null : <h3 style={{ marginTop: 16 }}>Examples</h3>}
      <dl className="operations">
        {examples.map(({ question, code, notSold }) => (
          <div key={code}>
            <dt><code className="mono">{code}</code></dt>
            <dd className="small">{question}{notSold === null ? null : <span className="quiet"> – {notSold}</span>}</dd>
          </div>
        ))}
      </dl>
      {operations.length === 0 ? null : <h3 style={{ marginTop: 24 }}>Every operation</h3>}
      {wanted.trim() !== '' || operations.length === 0 ? null : (
        <p className="small quiet prose">
          Write as in NumPy: <code className="mono">+ - * / **</code> and comparisons work cell by cell, shapes broadcast, and indices count from 0.{' '}
          <code className="mono">data</code> is the table, <code className="mono">listing</code> says how many rows and which columns it has, and what
          you export is the answer: a number, a list, a table, or several of them by name. Arguments with <code className="mono">?</code> may be left out; what
          says nothing else gives a tensor.
        </p>
      )}
      <dl className="operations">
        {operations.map(({ signatures, what }) => (
          <div key={signatures.join()}>
            <dt>{signatures.map((signature) => <code key={signature} className="mono">{signature}</code>)}</dt>
            <dd className="small quiet">{what}</dd>
          </div>
        ))}
      </dl>
    </Modal>
  )
}
