import { Button, TextInput } from '@mantine/core'
import { useState } from 'react'
import { AppError } from '../../../shared/errors.ts'
import type { NetworkJson } from '../../../shared/window-contract/networks.ts'
import { shell, useDo } from '../../app/api.ts'
import { readAddress, readCount, readField } from '../../ui/reading.ts'
import { Trouble } from '../../ui/trouble.tsx'
import { readError } from '../../window-client.ts'

const sepoliaChainId = 11_155_111
/** Ethereum and Sepolia: theirs are known. */
const chainsWithExplorers: readonly number[] = [1, sepoliaChainId]

/** The names that networks have: lower-case letters, digits and hyphens. */
const toName = (typed: string): string => typed.toLowerCase().replaceAll(/[^a-z0-9-]/g, '-')

const nothing = { value: null, problem: null } as const

const readUrl = (text: string): string => {
  const url = text.trim()
  if (!URL.canParse(url) || !/^https?:\/\//i.test(url)) throw new AppError('input.invalid', 'Write the address with http:// or https://.')
  return url
}

interface FormProperties {
  /** The one that is changed; null: a new one is added. */
  readonly edited?: NetworkJson | null
  readonly onSaved: () => void
}

/** A node to speak through, and the market contract there; without one it can be deployed later. */
export const NetworkForm = ({ edited = null, onSaved }: FormProperties) => {
  const [name, setName] = useState(edited?.name ?? 'sepolia')
  const [rpcUrl, setRpcUrl] = useState(edited?.rpcUrl ?? '')
  const [typedChainId, setChainId] = useState(edited === null ? null : String(edited.chainId))
  const [contract, setContract] = useState(edited?.contract ?? '')
  const [explorer, setExplorer] = useState(edited?.explorer ?? '')
  const ask = useDo((url: string) => shell.networks.askChainId({ rpcUrl: url }))
  // What the node says, until somebody says otherwise.
  const answered = ask.data?.chainId ?? null
  const chainIdText = typedChainId ?? String(answered ?? sepoliaChainId)
  const chainId = readCount(chainIdText, 1)
  const node = readField(readUrl, rpcUrl)
  const market = contract.trim() === '' ? nothing : readField(readAddress, contract)
  const looks = explorer.trim() === '' ? nothing : readField(readUrl, explorer)
  const isReadable = node.value !== null && chainId.value !== null && market.problem === null && looks.problem === null
  const save = useDo(async (isChecked: boolean) => {
    if (node.value === null || chainId.value === null) throw new AppError('input.invalid', 'The network’s fields cannot be read.')
    const saved = await shell.networks.save({
      name, rpcUrl: node.value, chainId: chainId.value, contract: market.value, explorer: looks.value, isChecked, isNew: edited === null,
    })
    // Changing one that is not in use does not take it into use.
    if (edited?.active === false) return saved
    return shell.networks.use({ name: saved.name })
  }, 'networks', 'market', 'purchases', 'listings')
  const use = (isChecked: boolean): void => { save.mutate(isChecked, { onSuccess: onSaved }) }
  // A node may be away for a while; what is known of it is kept all the same, where its owner says so.
  const mayBeRightLater = save.error !== null && readError(save.error).code.startsWith('chain.')
  return (
    <form className="stack wide" onSubmit={(event) => { event.preventDefault(); use(true) }}>
      <div className="row wide">
        <TextInput className="grow" label="Name" required value={name} disabled={edited !== null} onChange={(event) => { setName(toName(event.target.value)) }} />
        <TextInput label="Chain id" required w={144} inputMode="numeric" value={chainIdText} error={chainId.problem} onChange={(event) => { setChainId(event.target.value) }} />
      </div>
      <TextInput
        label="Node’s address" placeholder="https://…" required value={rpcUrl} error={rpcUrl === '' ? null : node.problem}
        onChange={(event) => { setRpcUrl(event.target.value) }} onBlur={() => { if (node.value !== null) ask.mutate(node.value) }}
      />
      {answered === null ? null : answered === chainId.value ? <p className="small quiet" role="status">The node answers for chain {answered}.</p> : (
        <p className="small warn" role="status">
          The node answers for chain {answered}. <button type="button" className="link-button" onClick={() => { setChainId(String(answered)) }}>Take that one</button>
        </p>
      )}
      <TextInput label="Market contract" description="Leave it empty to deploy one of your own in Settings." placeholder="0x…" value={contract} error={market.problem} onChange={(event) => { setContract(event.target.value) }} />
      {chainsWithExplorers.includes(chainId.value ?? 0) ? null
        : <TextInput label="Explorer" description="Where people look at this chain, if anywhere; transactions then lead there." placeholder="https://…" value={explorer} error={looks.problem} onChange={(event) => { setExplorer(event.target.value) }} />}
      <Trouble error={save.error} />
      <div className="row">
        <Button type="submit" loading={save.isPending} disabled={!isReadable}>{edited === null ? 'Use this network' : 'Save the changes'}</Button>
        {mayBeRightLater ? <Button variant="default" disabled={!isReadable || save.isPending} onClick={() => { use(false) }}>{edited === null ? 'Use it all the same' : 'Save it all the same'}</Button> : null}
      </div>
    </form>
  )
}
