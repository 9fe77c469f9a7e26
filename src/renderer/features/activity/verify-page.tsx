import { Button, FileButton, Textarea } from '@mantine/core'
import { useEffect, useState } from 'react'
import { sayUnsigned, sayWritten } from '../../../shared/receipt-words.ts'
import { tradeFileEndings } from '../../../shared/trade-files.ts'
import type { ReceiptVerdictJson } from '../../../shared/window-contract/receipts.ts'
import { shell, useAsk, useDo } from '../../app/api.ts'
import { useHandedFile } from '../../app/handed-files.ts'
import { AnswerView } from '../../ui/answer-view.tsx'
import { Facts, Page } from '../../ui/page.tsx'
import { readBase64 } from '../../ui/read-base64.ts'
import { Trouble } from '../../ui/trouble.tsx'
import { Copyable } from '../../ui/values.tsx'

const isPdf = ({ name, type }: File): boolean => type === 'application/pdf' || /\.pdf$/i.test(name)

const pageWords = {
  own: 'those that the attached file gives', changed: 'not those that the attached file gives',
  unchecked: 'not checked: another version laid them out. Go by what stands here, which is the attached file’s',
} as const

const decryptionWords = (proved: boolean | null): string => {
  if (proved === null) return 'the answer is not enclosed'
  return proved ? 'proved; that what was decrypted is the program’s result over this table rests on the parties’ word' : 'not proved'
}

const verdictWords = ({ kind, ok, signedByBoth, signatures, answerBound }: ReceiptVerdictJson): string => {
  if (ok && !signedByBoth) return `${sayUnsigned(signatures)} Only the chain can tell that the trade took place.`
  if (kind === 'receipt') return ok ? 'The receipt holds.' : 'The receipt does not hold.'
  if (!ok) return 'The answer’s file does not hold.'
  return answerBound === true ? 'The answer holds: its receipt shows that it is this one.' : 'Its receipt holds. That the answer is this one it cannot show: only the buyer knows a private program.'
}

const Verdict = ({ of }: { readonly of: ReceiptVerdictJson }) => {
  const written = sayWritten(of.written)
  return (
    <div className="stack wide" role="status">
      <p className={of.ok && of.signedByBoth ? 'note good' : 'note bad'}>{verdictWords(of)}</p>
      {of.answer === null ? null : <AnswerView answer={of.answer} source={{ fileName: 'answer', citation: of.citation ?? '', receiptId: of.receiptId, columns: [] }} />}
      {written === null ? null : <p className="note">{written}</p>}
      {of.citation === null ? null : <div className="small quiet">To cite: <Copyable value={of.citation} label="citation" long /></div>}
      <Facts left of={[...(of.receiptId === null ? [] : [['Receipt', <Copyable key="id" value={of.receiptId} label="receipt id" long />] as const]), ['Seller’s signature', of.signatures.seller], ['Buyer’s signature', of.signatures.buyer], ['Decryption', decryptionWords(of.decryptionProved)], ...(of.pages === null ? [] : [['Pages', pageWords[of.pages]] as const]), ...of.problems.map(({ field, message }) => [field, message] as const)]} />
    </div>
  )
}

/** `opened`: a file that the system asked the program to open. */
export const VerifyPage = ({ opened }: { readonly opened: string | null }) => {
  const [text, setText] = useState('')
  const verify = useDo((given: { readonly json: string } | { readonly pdf: string }) => shell.receipts.verify(given))
  const check = (json: string): void => {
    setText(json)
    verify.mutate({ json })
  }
  const take = (file: File | null): void => {
    if (file === null) return
    if (isPdf(file)) void readBase64(file).then((pdf) => { setText(''); verify.mutate({ pdf }) })
    else void file.text().then(check)
  }
  useHandedFile('receipt', take)
  const file = useAsk(['receipts', 'opened', opened], () => shell.receipts.opened({ file: opened ?? '' }), opened !== null)
  const openedText = file.data?.json
  useEffect(() => {
    if (openedText !== undefined) check(openedText)
    // Once for each file: what is typed afterwards stays.
  }, [openedText])
  return (
    <Page title="Verify a receipt" about="A receipt or its PDF, or an answer with its receipt, whoever it is from: signatures and every number in it are checked on this computer, without a network.">
      <form className="stack wide" style={{ maxWidth: 720 }} onSubmit={(event) => { event.preventDefault(); verify.mutate({ json: text }) }}>
        <Textarea label="The receipt’s text" autosize minRows={6} maxRows={16} value={text} onChange={(event) => { setText(event.target.value) }} styles={{ input: { fontFamily: 'var(--mono)', fontSize: 12 } }} />
        <div className="row">
          <Button type="submit" disabled={text.trim() === ''} loading={verify.isPending}>Verify</Button>
          <FileButton onChange={take} accept={['application/json', '.json', '.pdf', ...tradeFileEndings.map((ending) => `.${ending}`)].join()} inputProps={{ 'aria-label': 'Receipt file' }}>{(properties) => <Button variant="default" {...properties}>Choose a file</Button>}</FileButton>
        </div>
        <Trouble error={file.error ?? verify.error} />
        {verify.data === undefined ? null : <Verdict of={verify.data} />}
      </form>
    </Page>
  )
}
