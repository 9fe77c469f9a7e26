import { useEffect } from 'react'
import { z } from 'zod'
import { shell, useAsk } from '../../app/api.ts'
import { useStored } from '../../app/use-stored.ts'
import { readRuns, withEnded, type KeptRun } from './kept-runs.ts'

const tabsSchema = z.strictObject({ open: z.array(z.string()), active: z.string().nullable(), url: z.string().nullable() })
type OpenTabs = z.infer<typeof tabsSchema>

const readTabs = (stored: unknown): OpenTabs => tabsSchema.safeParse(stored).data ?? { open: [], active: null, url: null }

export interface WorkspaceTabs {
  readonly open: readonly string[]
  readonly active: string | null
  readonly url: string | null
  readonly show: (name: string) => void
  readonly close: (name: string) => void
  readonly choose: (url: string) => void
  readonly error: unknown
}

const withTab = (tabs: OpenTabs, name: string): OpenTabs =>
  ({ ...tabs, open: tabs.open.includes(name) ? tabs.open : [...tabs.open, name], active: name })

/** Open files and the listing they are for, as they were left; what the page's address names comes first. */
export const useTabs = (
  asked: { readonly url: string | null, readonly script: string | null }, known: readonly string[] | null,
): WorkspaceTabs | null => {
  const [tabs, store, error] = useStored('workspace.tabs', readTabs)
  const url = asked.url ?? tabs?.url ?? null
  useEffect(() => {
    if (tabs === null || known === null) return
    const there = { ...tabs, url, open: tabs.open.filter((name) => known.includes(name)) }
    const [named] = known.filter((name) => name === asked.script)
    const wanted = named ?? there.open.find((name) => name === tabs.active) ?? there.open[0] ?? known[0]
    const next = wanted === undefined ? { ...there, active: null } : withTab(there, wanted)
    if (JSON.stringify(next) !== JSON.stringify(tabs)) store(next)
    // The address and the files decide; a tab chosen later must not be undone by this.
  }, [asked.url, asked.script, known === null, tabs === null])
  if (tabs === null || known === null) return null
  return {
    open: tabs.open, active: tabs.active, url, error,
    show: (name) => { store(withTab({ ...tabs, url }, name)) },
    close: (name) => {
      const open = tabs.open.filter((other) => other !== name)
      store({ url, open, active: tabs.active === name ? open.at(-1) ?? null : tabs.active })
    },
    choose: (chosen) => { store({ ...tabs, url: chosen }) },
  }
}

/** Test runs on one table, newest first, kept between starts of the program: also those that ended while another page was open. */
export const useRuns = (url: string | null): {
  readonly runs: readonly KeptRun[]
  readonly label: (at: string, label: string) => void
} => {
  const [stored, store] = useStored('workspace.runs', readRuns)
  const jobs = useAsk(['jobs'], () => shell.jobs.list({}))
  useEffect(() => {
    if (stored === null || jobs.data === undefined) return
    const all = withEnded(stored, jobs.data)
    if (all !== stored) store(all)
  }, [stored, jobs.data])
  return {
    runs: (stored ?? []).filter((run) => run.url === url),
    label: (at, label) => { store((stored ?? []).map((run) => (run.at === at && run.url === url ? { ...run, label } : run))) },
  }
}
