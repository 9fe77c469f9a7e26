import { Modal } from '@mantine/core'
import { listOperations } from './operations.ts'

/** What a script can say, beside the script. */
export const OperationsHelp = ({ declarations, onClose }: { readonly declarations: string, readonly onClose: () => void }) => (
  <Modal opened onClose={onClose} title="What a script can say" size={760} closeButtonProps={{ 'aria-label': 'Close' }}>
    <p className="small quiet prose">
      Write as in NumPy: <code className="mono">+ - * / **</code> and comparisons work cell by cell, shapes broadcast, and indices count from 0.{' '}
      <code className="mono">data</code> is the table, <code className="mono">listing</code> says how many rows and which columns it has, and what
      you export is the answer: a number, a list, a table, or several of them by name. Arguments with <code className="mono">?</code> may be left out; what
      says nothing else gives a tensor.
    </p>
    <dl className="operations">
      {listOperations(declarations).map(({ signatures, what }) => (
        <div key={signatures.join()}>
          <dt>{signatures.map((signature) => <code key={signature} className="mono">{signature}</code>)}</dt>
          <dd className="small quiet">{what}</dd>
        </div>
      ))}
    </dl>
  </Modal>
)
