import { ActionIcon, Menu, Modal, Button, Select, TextInput } from '@mantine/core'
import { IconPlus, IconX } from '@tabler/icons-react'
import { useState } from 'react'
import { shell, useAsk, useDo } from '../../app/api.ts'
import { Trouble } from '../../ui/trouble.tsx'
import type { Starter } from './starters.ts'

const NewScript = ({ starters, onMade, onClose }: {
  readonly starters: readonly Starter[], readonly onMade: (name: string) => void, readonly onClose: () => void
}) => {
  const [name, setName] = useState('script.ts')
  const [title, setTitle] = useState(starters[0]?.title ?? '')
  const source = starters.find((starter) => starter.title === title)?.source ?? ''
  const make = useDo((wanted: string) => shell.workspace.save({ name: wanted.endsWith('.ts') ? wanted : `${wanted}.ts`, source }), 'scripts')
  return (
    <Modal opened onClose={onClose} title="New script" size={480} closeButtonProps={{ 'aria-label': 'Close' }}>
      <form className="stack wide" onSubmit={(event) => { event.preventDefault(); make.mutate(name.trim(), { onSuccess: (script) => { onMade(script.name) } }) }}>
        <TextInput label="File name" value={name} data-autofocus onFocus={(event) => { event.target.select() }} onChange={(event) => { setName(event.target.value) }} />
        <Select label="Begin with" data={starters.map((starter) => starter.title)} value={title} onChange={(chosen) => { if (chosen !== null) setTitle(chosen) }} />
        <Trouble error={make.error} />
        <div className="row end"><Button type="submit" loading={make.isPending} disabled={name.trim() === ''}>Make it</Button></div>
      </form>
    </Modal>
  )
}

/** The open files, and a way to the others. */
export const ScriptTabs = ({ open, active, saved, starters, onOpen, onMade, onClose }: {
  readonly open: readonly string[], readonly active: string | null, readonly saved: boolean, readonly starters: readonly Starter[]
  readonly onOpen: (name: string) => void, readonly onMade: (name: string) => void, readonly onClose: (name: string) => void
}) => {
  const [making, setMaking] = useState(false)
  const scripts = useAsk(['scripts'], () => shell.workspace.scripts({}))
  const others = (scripts.data ?? []).filter(({ name }) => !open.includes(name))
  return (
    <div className="script-tabs">
      {open.map((name) => (
        <span key={name} className={name === active ? 'script-tab active' : 'script-tab'}>
          <button type="button" aria-pressed={name === active} onClick={() => { onOpen(name) }}>{name}</button>
          {open.length === 1 ? null : <button type="button" aria-label={`Close ${name}`} onClick={() => { onClose(name) }}><IconX size={12} aria-hidden /></button>}
        </span>
      ))}
      <Menu position="bottom-start">
        <Menu.Target><ActionIcon variant="subtle" color="gray" aria-label="Open or make a script"><IconPlus size={14} aria-hidden /></ActionIcon></Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => { setMaking(true) }}>New script…</Menu.Item>
          {others.length === 0 ? null : <Menu.Divider />}
          {others.map(({ name }) => <Menu.Item key={name} onClick={() => { onOpen(name) }}>{name}</Menu.Item>)}
        </Menu.Dropdown>
      </Menu>
      <span className="saved small quiet" role="status">{active === null ? '' : saved ? 'Saved' : 'Saving…'}</span>
      {making ? (
        <NewScript
          starters={starters} onClose={() => { setMaking(false) }} onMade={(name) => {
            setMaking(false)
            onMade(name)
          }}
        />
      ) : null}
    </div>
  )
}
