import { useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useRef, useState } from 'react'
import { shell, useAsk } from '../../app/api.ts'

const autosaveMilliseconds = 500

/** The text of one script as the editor holds it, saved a moment after the last key. */
export interface OpenScript {
  readonly source: string | null
  readonly saved: boolean
  readonly error: unknown
  readonly edit: (source: string) => void
  /** The text as of now, for a run that cannot wait for the next draw. */
  readonly current: () => string
}

export const useScript = (name: string | null): OpenScript => {
  const queries = useQueryClient()
  const stored = useAsk(['scripts', 'text', name], () => shell.workspace.read({ name: name ?? '' }), name !== null)
  const [edited, setEdited] = useState<{ readonly name: string, readonly source: string } | null>(null)
  const [problem, setProblem] = useState<unknown>(null)
  const pending = useRef<{ readonly name: string, readonly source: string } | null>(null)
  const latest = useRef('')

  const write = useCallback((): void => {
    const wanted = pending.current
    if (wanted === null) return
    pending.current = null
    shell.workspace.save(wanted).then((script) => {
      queries.setQueryData(['scripts', 'text', wanted.name], { ...script, source: wanted.source })
      setProblem(null)
      setEdited((now) => (now?.name === wanted.name && now.source === wanted.source ? null : now))
    }, setProblem)
  }, [queries])

  useEffect(() => {
    const timer = setTimeout(write, autosaveMilliseconds)
    return () => { clearTimeout(timer) }
  }, [edited, write])
  // What was typed in the last half second is not lost with the page.
  useEffect(() => write, [name, write])
  useEffect(() => {
    window.addEventListener('pagehide', write)
    return () => { window.removeEventListener('pagehide', write) }
  }, [write])

  const source = edited !== null && edited.name === name ? edited.source : stored.data?.name === name ? stored.data.source : null
  if (source !== null) latest.current = source
  return {
    source,
    saved: edited === null,
    error: problem ?? stored.error,
    edit: (text) => {
      if (name === null || text === latest.current) return
      latest.current = text
      pending.current = { name, source: text }
      setEdited(pending.current)
    },
    current: () => latest.current,
  }
}
