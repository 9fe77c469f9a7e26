import { Button, Modal } from '@mantine/core'
import type { Confirmation } from '../../shared/window-contract/signing.ts'
import { Facts } from './page.tsx'
import { Amount, Hash, When, sayDuration } from './values.tsx'

const Call = ({ call }: { readonly call: NonNullable<Confirmation['call']> }) => (
  <details>
    <summary>The call as it will be signed</summary>
    <Facts of={[
      ['Function', <code key="function" className="mono">{call.function}</code>],
      ['To', call.to === null ? 'a new contract' : <Hash key="to" value={call.to} label="address" />],
      ...call.args.map(({ name, value }) => [name, <Hash key={name} value={value} label={name} />] as const),
    ]} />
  </details>
)

const Amounts = ({ of: { amounts, counterparty, deadlines, network, termsHash } }: { readonly of: Confirmation }) => (
  <Facts of={[
    ...(amounts.priceWei === null ? [] : [['Price', <Amount key="price" wei={amounts.priceWei} />] as const]),
    ...(amounts.guaranteeWei === null ? [] : [['Guarantee', <Amount key="guarantee" wei={amounts.guaranteeWei} />] as const]),
    ['Network fee, expected', <Amount key="fee" wei={amounts.expectedFeeWei} />],
    ['The most that can leave the wallet', <Amount key="most" wei={amounts.maxCostWei} />],
    ['The wallet has', <Amount key="balance" wei={amounts.balanceWei} />],
    ...(counterparty === null ? [] : [['Other party', <Hash key="party" value={counterparty} label="address" />] as const]),
    ...deadlines.map(({ what, seconds }) => [what, sayDuration(seconds)] as const),
    ['Network', `${network.name} (${network.chainId})`],
    ...(termsHash === null ? [] : [['Terms', <Hash key="terms" value={termsHash} label="terms hash" />] as const]),
  ]} />
)

interface ConfirmProperties {
  readonly confirmation: Confirmation
  readonly busy: boolean
  readonly onConfirm: () => void
  readonly onRefuse: () => void
}

/** What is about to be signed, drawn from the decoded call; nothing is signed before the button is pressed. */
export const ConfirmMoney = ({ confirmation, busy, onConfirm, onRefuse }: ConfirmProperties) => (
  <Modal opened onClose={onRefuse} title={confirmation.title} size={520} closeButtonProps={{ 'aria-label': 'Close without signing' }}>
    <div className="confirm">
      <div className="sum">
        <span>{confirmation.call === null ? 'To be spent at once' : 'Leaves the wallet now'}{confirmation.network.playMoney ? <span className="tag" style={{ marginLeft: 8 }}>play money</span> : null}</span>
        <span className="value"><Amount wei={confirmation.amounts.valueWei} /></span>
      </div>
      <ul className="words">{confirmation.words.map((words) => <li key={words}>{words}</li>)}</ul>
      {confirmation.warnings.map((words) => <p key={words} className="note warn">{words}</p>)}
      <Amounts of={confirmation} />
      {confirmation.call === null ? null : <Call call={confirmation.call} />}
      <div className="row between act">
        <span className="small quiet">Offer ends <When at={confirmation.expiresAt} /></span>
        <div className="row">
          {/* In focus: whoever presses Enter twice on the button before has signed nothing. */}
          <Button variant="default" onClick={onRefuse} data-autofocus>Do not sign</Button>
          <Button onClick={onConfirm} loading={busy}>Sign and send</Button>
        </div>
      </div>
    </div>
  </Modal>
)
