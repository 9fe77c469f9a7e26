import { Modal } from '@mantine/core'
import { useQueryClient, type QueryClient } from '@tanstack/react-query'
import { useState, type KeyboardEvent } from 'react'
import type { OpenedListingJson } from '../../shared/window-contract/market.ts'
import type { WindowSettings } from '../../shared/window-contract/settings.ts'
import { shell, useAsk, useDo } from '../app/api.ts'
import { allDestinations } from '../app/navigation.tsx'
import { goTo, placeOf } from '../app/router.ts'

interface Command { readonly title: string, readonly hint: string, readonly run: () => void }

/** What the market has shown of a listing: the palette asks no seller. */
const titleOf = (queries: QueryClient, url: string): string | null =>
  queries.getQueryData<OpenedListingJson>(['market', 'show', url])?.title ?? null

const useCommands = (): readonly Command[] => {
  const queries = useQueryClient()
  const listings = useAsk(['market', 'list'], () => shell.market.list({}))
  const purchases = useAsk(['purchases'], () => shell.purchases.list({}))
  const scripts = useAsk(['scripts'], () => shell.workspace.scripts({}))
  const setTheme = useDo((theme: WindowSettings['theme']) => shell.settings.update({ theme }), 'settings')
  return [
    ...allDestinations.map(({ title, to, letter }) => ({ title: `Go to ${title}`, hint: `g ${letter}`, run: () => { goTo(to) } })),
    { title: 'Import a table', hint: 'Sell', run: () => { goTo('#/sell/datasets/import') } },
    { title: 'Write a listing', hint: 'Sell', run: () => { goTo('#/sell/listings/new') } },
    { title: 'Withdraw what the contract owes', hint: 'Wallet', run: () => { goTo('#/wallet') } },
    { title: 'Back up everything', hint: 'Wallet', run: () => { goTo('#/wallet') } },
    ...(['light', 'dark', 'system'] as const).map((theme) => ({ title: `Theme: ${theme}`, hint: 'Settings', run: () => { setTheme.mutate(theme) } })),
    ...(listings.data?.entries ?? []).map(({ url, number }) => ({ title: `Open ${titleOf(queries, url) ?? `listing ${number ?? ''}`} ${url}`, hint: 'Market', run: () => { goTo(placeOf(['buy', 'listing'], { url })) } })),
    ...(purchases.data ?? []).flatMap(({ number, title }) => (number === null ? [] : [{ title: `Purchase ${number}: ${title}`, hint: 'Purchases', run: () => { goTo(placeOf(['buy', 'purchases', number])) } }])),
    ...(scripts.data ?? []).map(({ name }) => ({ title: `Edit ${name}`, hint: 'Workspace', run: () => { goTo(placeOf(['buy', 'workspace'], { script: name })) } })),
  ]
}

/** The dialog has a name for screen readers; its field says the same to all others. */
const unseen = { position: 'absolute', width: 1, height: 1, minHeight: 0, padding: 0, overflow: 'hidden', clipPath: 'inset(50%)' } as const

/** Everything that can be gone to or done, found by a few letters. */
export const CommandPalette = ({ onClose }: { readonly onClose: () => void }) => {
  const [words, setWords] = useState('')
  const [chosen, setChosen] = useState(0)
  const wanted = words.toLowerCase().split(/\s+/)
  const found = useCommands().filter(({ title, hint }) => wanted.every((word) => `${title} ${hint}`.toLowerCase().includes(word)))
  const run = (command: Command | undefined): void => {
    if (command === undefined) return
    onClose()
    command.run()
  }
  const onKey = (event: KeyboardEvent): void => {
    if (event.key === 'ArrowDown') setChosen(Math.min(found.length - 1, chosen + 1))
    else if (event.key === 'ArrowUp') setChosen(Math.max(0, chosen - 1))
    else if (event.key === 'Enter') run(found[chosen])
    else return
    event.preventDefault()
  }
  return (
    <Modal opened onClose={onClose} withCloseButton={false} padding={0} size={560} centered={false} title="Find or do" styles={{ header: unseen }}>
      <div className="palette">
        <input
          data-autofocus value={words} placeholder="Find a page, listing, purchase, script…" aria-label="Find or do" role="combobox"
          aria-expanded aria-controls="palette-found" {...(found.length === 0 ? {} : { 'aria-activedescendant': `palette-${chosen}` })}
          onChange={(event) => { setWords(event.target.value); setChosen(0) }} onKeyDown={onKey}
        />
        <ul id="palette-found" role="listbox" aria-label="Found">
          {found.map((command, index) => (
            <li
              key={`${command.title}${command.hint}`} id={`palette-${index}`} role="option" aria-selected={index === chosen}
              onClick={() => { run(command) }} onMouseMove={() => { setChosen(index) }}
              ref={(item) => { if (index === chosen) item?.scrollIntoView({ block: 'nearest' }) }}
            >
              <span className="truncate">{command.title}</span><span className="quiet">{command.hint}</span>
            </li>
          ))}
        </ul>
        {found.length === 0 ? <p className="quiet" style={{ padding: '0 16px 16px' }}>Nothing is called that.</p> : null}
      </div>
    </Modal>
  )
}
