import { Button, SegmentedControl, Select, TextInput } from '@mantine/core'
import { useState } from 'react'
import { shell, useAsk } from '../../app/api.ts'
import { useMove } from '../../app/moves.tsx'
import { Section } from '../../ui/page.tsx'
import { readAmount, readCount } from '../../ui/reading.ts'
import { Copyable } from '../../ui/values.tsx'
import { commandFor, reaches, type Reach } from './reaches.ts'

const defaultPort = 7373
const defaultGasEther = '0.01'

const Guide = ({ reach, port }: { readonly reach: Reach, readonly port: number }) => {
  const { guide } = reaches.find(({ value }) => value === reach) ?? reaches[0]
  if (guide.length === 0) return null
  return (
    <ol className="guide">
      {guide.map((words, step) => {
        const command = reach === 'internet' ? commandFor(step, port) : null
        return <li key={words}><span className="prose">{words}</span>{command === null ? null : <Copyable value={command} label="command" long />}</li>
      })}
    </ol>
  )
}

/** Serve is off: who shall reach it, at what address, and what it may spend. */
export const SwitchOn = () => {
  const sign = useMove()
  const [reach, setReach] = useState<Reach>('this-computer')
  const [portText, setPort] = useState(String(defaultPort))
  const readPort = readCount(portText, 0, 65_535)
  const port = readPort.value ?? defaultPort
  const [address, setAddress] = useState<string | null>(null)
  const [publicUrl, setPublicUrl] = useState('')
  const [gas, setGas] = useState(defaultGasEther)
  const addresses = useAsk(['serve', 'addresses'], () => shell.serve.addresses({}), reach === 'network')
  const own = addresses.data ?? []
  const host = address ?? own[0]?.address ?? null
  const { value: gasWei, problem: gasProblem } = readAmount(gas)
  const ready = gasWei !== null && readPort.value !== null && (reach !== 'internet' || publicUrl.trim() !== '') && (reach !== 'network' || host !== null)
  const on = (): void => {
    if (gasWei === null || readPort.value === null) return
    sign({
      kind: 'serve',
      options: {
        port: readPort.value, maxGasPerDayWei: gasWei.toString(),
        ...(reach === 'internet' ? { publicUrl: publicUrl.trim() } : {}),
        ...(reach === 'network' && host !== null ? { host, ownTls: true } : {}),
      },
    })
  }
  return (
    <form className="stack wider" onSubmit={(event) => { event.preventDefault(); on() }}>
      <div className="switch-panel">
        <span className="lamp" aria-hidden />
        <div className="grow"><h2>Not serving</h2><p className="quiet">Buyers see your listings on the chain and get no answer. Switching on asks once for what serving may sign by itself; it goes on after a restart.</p></div>
        <Button type="submit" disabled={!ready}>Switch on…</Button>
      </div>
      <Section title="Who can reach it">
        <div><SegmentedControl aria-label="Reach" value={reach} onChange={(value) => { setReach(reaches.find((known) => known.value === value)?.value ?? 'this-computer') }} data={reaches.map(({ value, label }) => ({ value, label }))} /></div>
        <p className="quiet prose">{reaches.find(({ value }) => value === reach)?.about}</p>
        <div className="row wide" style={{ alignItems: 'flex-start' }}>
          {reach === 'network' ? (
            <Select
              label="Address of this computer" w={256} placeholder="No network found" data={own.map((found) => ({ value: found.address, label: `${found.address} (${found.interface})` }))}
              value={host} onChange={setAddress}
            />
          ) : null}
          {reach === 'internet' ? <TextInput label="Public address" w={320} placeholder="https://data.example.org" value={publicUrl} onChange={(event) => { setPublicUrl(event.target.value) }} /> : null}
          <TextInput label="Port" w={104} inputMode="numeric" value={portText} error={readPort.problem} onChange={(event) => { setPort(event.target.value) }} />
          <TextInput label="Fees a day, at most (ether)" w={184} value={gas} error={gasProblem} onChange={(event) => { setGas(event.target.value) }} />
        </div>
        <Guide reach={reach} port={port} />
      </Section>
    </form>
  )
}
