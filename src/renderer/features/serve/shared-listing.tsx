import { Button } from '@mantine/core'
import { IconCheck, IconQuestionMark, IconX } from '@tabler/icons-react'
import type { WindowOutputs } from '../../../shared/window-contract/index.ts'
import type { ServeState } from '../../../shared/window-contract/serve.ts'
import { shell, useDo } from '../../app/api.ts'
import { useMove } from '../../app/moves.tsx'
import { QrCode } from '../../ui/qr-code.tsx'
import { Trouble } from '../../ui/trouble.tsx'
import { Copyable } from '../../ui/values.tsx'

type Shared = ServeState['listings'][number]
type Step = WindowOutputs['serve']['check']['steps'][number]

const Mark = ({ ok }: { readonly ok: Step['ok'] }) => {
  if (ok === null) return <IconQuestionMark size={14} className="quiet" aria-label="cannot be told from here" />
  return ok ? <IconCheck size={14} className="good" aria-label="yes" /> : <IconX size={14} className="bad" aria-label="no" />
}

const Steps = ({ checked }: { readonly checked: WindowOutputs['serve']['check'] }) => (
  <div className="stack" role="status">
    <ul className="examples">
      {checked.steps.map(({ what, ok, words }) => <li key={what}><Mark ok={ok} /><div><span>{what}</span><div className="quiet">{words}</div></div></li>)}
    </ul>
    {checked.problem === null ? null : <p className="small quiet">{checked.problem.next} <span className="mono">{checked.problem.code}</span></p>}
  </div>
)

/** Where the contract sends buyers elsewhere, they do not find this server: the listing has to be moved. */
const Elsewhere = ({ of: { id, url, publishedUrl } }: { readonly of: Shared }) => {
  const sign = useMove()
  return (
    <div className="note warn stack">
      <p>The contract sends buyers to {new URL(publishedUrl).origin}, and you serve at {new URL(url).origin}: they will not find it.</p>
      <div><Button variant="default" onClick={() => { sign({ kind: 'relocate', listing: id, serverUrl: new URL(url).origin }) }}>Move the listing here…</Button></div>
    </div>
  )
}

/** One listing as it is shared: address, code, and whether a buyer could get through. */
export const SharedListing = ({ listing, covered }: { readonly listing: Shared, readonly covered: boolean }) => {
  const { title, url, publishedUrl, certificateAgrees } = listing
  const check = useDo(() => shell.serve.check({ url }))
  return (
    <div className="row wide" style={{ alignItems: 'flex-start' }}>
      <QrCode text={url} label={`Code of ${title}`} />
      <div className="stack grow">
        <h3>{title}</h3>
        <Copyable value={url} label="listing URL" long />
        {new URL(publishedUrl).origin === new URL(url).origin ? null : <Elsewhere of={listing} />}
        {covered ? null : <p className="note warn">Serving was switched on before this listing was published, and may not sign its answers: whoever asks for one gets none. Switch off, and on again, to allow it.</p>}
        {certificateAgrees ? null : <p className="note warn">The listing was published for another certificate than this server shows: buyers will refuse it. Write a new listing for this reach, and close this one.</p>}
        <div><Button variant="default" loading={check.isPending} onClick={() => { check.mutate(undefined) }}>Can a buyer get through?</Button></div>
        <Trouble error={check.error} />
        {check.data === undefined ? null : <Steps checked={check.data} />}
      </div>
    </div>
  )
}
