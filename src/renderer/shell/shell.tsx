import { useCallback, useState, type ReactNode } from 'react'
import { CommandPalette } from './command-palette.tsx'
import { Rail } from './rail.tsx'
import './shell.css'
import { ShortcutHelp } from './shortcut-help.tsx'
import { StatusBar } from './status-bar.tsx'
import { useFileDrop } from './use-file-drop.ts'
import { useShortcuts } from './use-shortcuts.ts'

type Over = 'none' | 'palette' | 'help'

/** The frame around every page. */
export const Shell = ({ connected, children }: { readonly connected: boolean, readonly children: ReactNode }) => {
  const [over, setOver] = useState<Over>('none')
  const close = useCallback(() => { setOver('none') }, [])
  const find = useCallback(() => { setOver('palette') }, [])
  const help = useCallback(() => { setOver('help') }, [])
  useShortcuts({ onFind: find, onHelp: help })
  const dropping = useFileDrop()
  return (
    <div className="shell">
      <a className="skip" href="#content" onClick={(event) => { event.preventDefault(); document.getElementById('content')?.focus() }}>Skip to content</a>
      <Rail onFind={find} />
      <main id="content" tabIndex={-1}>{children}</main>
      <StatusBar connected={connected} />
      {dropping ? <div className="dropping" role="status">Drop a table to import it, or a receipt to verify it.</div> : null}
      {over === 'palette' ? <CommandPalette onClose={close} /> : null}
      {over === 'help' ? <ShortcutHelp onClose={close} /> : null}
    </div>
  )
}
