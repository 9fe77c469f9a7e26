import { Button, FileButton, Textarea } from '@mantine/core'
import { useEffect, useState } from 'react'
import { shell, useAsk, useDo } from '../../app/api.ts'
import { useHandedFile } from '../../app/handed-files.ts'
import { Facts, Page } from '../../ui/page.tsx'
import { Trouble } from '../../ui/trouble.tsx'
import { Copyable } from '../../ui/values.tsx'

const decryptionWords = (proved: boolean | null): string => {
  if (proved === null) return 'the answer is not enclosed'
  return proved ? 'proved' : 'not proved'
}

/** `opened`: a file that the system asked the program to open. */
export const VerifyPage = ({ opened }: { readonly opened: string | null }) => {
  const [text, setText] = useState('')
  const verify = useDo((json: string) => shell.receipts.verify({ json }))
  const check = (json: string): void => {
    setText(json)
    verify.mutate(json)
  }
  const take = (file: File | null): void => {
    if (file === null) return
    void file.text().then(check)
  }
  useHandedFile('receipt', take)
  const file = useAsk(['receipts', 'opened', opened], () => shell.receipts.opened({ file: opened ?? '' }), opened !== null)
  const openedText = file.data?.json
  useEffect(() => {
    if (openedText !== undefined) check(openedText)
    // Once for each file: what is typed afterwards stays.
  }, [openedText])
  return (
    <Page title="Verify a receipt" about="Whoever it is from: signatures and every number in it are checked on this computer, without a network.">
      <form className="stack wide" style={{ maxWidth: 720 }} onSubmit={(event) => { event.preventDefault(); verify.mutate(text) }}>
        <Textarea label="The receipt’s text" autosize minRows={6} maxRows={16} value={text} onChange={(event) => { setText(event.target.value) }} styles={{ input: { fontFamily: 'var(--mono)', fontSize: 12 } }} />
        <div className="row">
          <Button type="submit" disabled={text.trim() === ''} loading={verify.isPending}>Verify</Button>
          <FileButton onChange={take} accept="application/json,.json,.hereceipt" inputProps={{ 'aria-label': 'Receipt file' }}>{(properties) => <Button variant="default" {...properties}>Choose a file</Button>}</FileButton>
        </div>
        <Trouble error={file.error ?? verify.error} />
        {verify.data === undefined ? null : (
          <div className="stack wide" role="status">
            <p className={verify.data.ok ? 'note good' : 'note bad'}>{verify.data.ok ? 'The receipt holds.' : 'The receipt does not hold.'}</p>
            {verify.data.citation === null ? null : <div className="small quiet">To cite: <Copyable value={verify.data.citation} label="citation" long /></div>}
            <Facts left of={[['Seller’s signature', verify.data.signatures.seller], ['Buyer’s signature', verify.data.signatures.buyer], ['Decryption', decryptionWords(verify.data.decryptionProved)], ...verify.data.problems.map(({ field, message }) => [field, message] as const)]} />
          </div>
        )}
      </form>
    </Page>
  )
}
