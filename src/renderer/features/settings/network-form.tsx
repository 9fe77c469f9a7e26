import { Button, NumberInput, TextInput } from '@mantine/core'
import { useState } from 'react'
import { shell, useDo } from '../../app/api.ts'
import { Trouble } from '../../ui/trouble.tsx'

const sepoliaChainId = 11_155_111
/** Ethereum and Sepolia: theirs are known. */
const chainsWithExplorers: readonly number[] = [1, sepoliaChainId]

/** The names that networks have: lower-case letters, digits and hyphens. */
const toName = (typed: string): string => typed.toLowerCase().replaceAll(/[^a-z0-9-]/g, '-')

/** A node to speak through, and the market contract there; without one it can be deployed later. */
export const NetworkForm = ({ onSaved }: { readonly onSaved: () => void }) => {
  const [name, setName] = useState('sepolia')
  const [rpcUrl, setRpcUrl] = useState('')
  const [chainId, setChainId] = useState<number>(sepoliaChainId)
  const [contract, setContract] = useState('')
  const [explorer, setExplorer] = useState('')
  const save = useDo(async () => {
    const saved = await shell.networks.save({ name, rpcUrl, chainId, contract: contract.trim() === '' ? null : contract.trim(), explorer: explorer.trim() === '' ? null : explorer.trim() })
    return shell.networks.use({ name: saved.name })
  }, 'networks', 'market', 'purchases', 'listings')
  return (
    <form className="stack wide" onSubmit={(event) => { event.preventDefault(); save.mutate(undefined, { onSuccess: onSaved }) }}>
      <div className="row wide">
        <TextInput className="grow" label="Name" required value={name} onChange={(event) => { setName(toName(event.target.value)) }} />
        <NumberInput label="Chain id" required w={144} min={1} allowDecimal={false} hideControls value={chainId} onChange={(value) => { setChainId(Number(value)) }} />
      </div>
      <TextInput label="Node’s address" placeholder="https://…" required value={rpcUrl} onChange={(event) => { setRpcUrl(event.target.value) }} />
      <TextInput label="Market contract" description="Leave it empty to deploy one of your own in Settings." placeholder="0x…" value={contract} onChange={(event) => { setContract(event.target.value) }} />
      {chainsWithExplorers.includes(chainId) ? null : <TextInput label="Explorer" description="Where people look at this chain, if anywhere; transactions then lead there." placeholder="https://…" value={explorer} onChange={(event) => { setExplorer(event.target.value) }} />}
      <Trouble error={save.error} />
      <div><Button type="submit" loading={save.isPending} disabled={rpcUrl.trim() === ''}>Use this network</Button></div>
    </form>
  )
}
