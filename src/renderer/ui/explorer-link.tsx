import { shell, useAsk } from '../app/api.ts'
import { Copyable } from './values.tsx'

/**
 * Where the network's explorer shows an address or a transaction; nothing where the network has none. Electron's window leads nowhere
 * outside itself, so there its address is copied.
 */
export const ExplorerLink = ({ what, value }: { readonly what: 'address' | 'tx', readonly value: string }) => {
  const networks = useAsk(['networks'], () => shell.networks.list({}))
  const about = useAsk(['app', 'about'], () => shell.app.about({}))
  const explorer = networks.data?.find(({ active }) => active)?.explorer ?? null
  if (explorer === null || about.data === undefined) return null
  const url = `${explorer}/${what}/${value}`
  return about.data.shell === 'headless'
    ? <a className="small" href={url} target="_blank" rel="noreferrer">explorer</a>
    : <Copyable value={url} label="the explorer’s address" shown="explorer" />
}
