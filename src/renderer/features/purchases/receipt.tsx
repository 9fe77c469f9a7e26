import { Button } from '@mantine/core'
import { useState } from 'react'
import { shell, useDo } from '../../app/api.ts'
import { Section } from '../../ui/page.tsx'
import { saveBase64 } from '../../ui/save-file.ts'
import { Trouble } from '../../ui/trouble.tsx'
import { Copyable } from '../../ui/values.tsx'

/** A trade's receipt as a file, from either side. */
export const Receipt = ({ number, id }: { readonly number: string, readonly id: string }) => {
  const [missing, setMissing] = useState<string | null>(null)
  const take = useDo(() => shell.receipts.export({ purchase: number, format: 'json', encloseAnswer: true }), 'receipts')
  const save = (): void => {
    take.mutate(undefined, {
      onSuccess: (file) => {
        saveBase64(file)
        setMissing(file.missingHalf)
      },
    })
  }
  return (
    <Section title="Receipt">
      <div><Button variant="default" loading={take.isPending} onClick={save}>Export the receipt</Button></div>
      <p className="small quiet"><Copyable value={id} shown={id.replace(/(0x.{4}).+(.{4}-)/, '$1…$2')} label="receipt id" /></p>
      {missing === null ? null : <p className="small warn">{missing}</p>}
      <Trouble error={take.error} />
    </Section>
  )
}
