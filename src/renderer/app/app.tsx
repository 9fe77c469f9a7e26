import { MantineProvider } from '@mantine/core'
import { QueryClientProvider } from '@tanstack/react-query'
import { lazy, Suspense, useEffect, useState, type ReactNode } from 'react'
import { ActivityLogPage } from '../features/activity/log-page.tsx'
import { ReceiptsPage } from '../features/activity/receipts-page.tsx'
import { VerifyPage } from '../features/activity/verify-page.tsx'
import { DatasetPage } from '../features/datasets/dataset-page.tsx'
import { DatasetsPage } from '../features/datasets/datasets-page.tsx'
import { ImportPage } from '../features/datasets/import-page.tsx'
import { DisputesPage } from '../features/disputes/disputes-page.tsx'
import { FirstRunPage } from '../features/first-run/first-run-page.tsx'
import { NewListingPage, RewriteListingPage } from '../features/listings/listing-draft-page.tsx'
import { ListingsPage } from '../features/listings/listings-page.tsx'
import { OwnListingPage } from '../features/listings/own-listing-page.tsx'
import { ListingPage } from '../features/market/listing-page.tsx'
import { MarketPage } from '../features/market/market-page.tsx'
import { PurchasePage } from '../features/purchases/purchase-page.tsx'
import { PurchasesPage } from '../features/purchases/purchases-page.tsx'
import { SalePage } from '../features/sales/sale-page.tsx'
import { SalesPage } from '../features/sales/sales-page.tsx'
import { ServePage } from '../features/serve/serve-page.tsx'
import { SettingsPage } from '../features/settings/settings-page.tsx'
import { WalletPage } from '../features/wallet/wallet-page.tsx'
import { Shell } from '../shell/shell.tsx'
import { loadEditor } from '../ui/load-editor.ts'
import { Trouble } from '../ui/trouble.tsx'
import { createQueries, shell, useAsk, useChanges } from './api.ts'
import { MovesProvider } from './moves.tsx'
import { goTo, usePlace, type Place } from './router.ts'
import { theme } from './theme.ts'
import { useStored } from './use-stored.ts'

// The editor is most of the bundle: it is read when it is first needed.
const WorkspacePage = lazy(async () => {
  await loadEditor()
  return { default: (await import('../features/workspace/workspace-page.tsx')).WorkspacePage }
})

const buyPages = ([page, id]: readonly string[], query: URLSearchParams): ReactNode => {
  if (page === 'listing') return <ListingPage key={query.get('url')} url={query.get('url') ?? ''} />
  if (page === 'workspace') return <WorkspacePage url={query.get('url')} script={query.get('script')} />
  if (page === 'purchases') return id === undefined ? <PurchasesPage /> : <PurchasePage key={id} purchase={id} />
  return <MarketPage />
}

const listingPages = (id: string | undefined, query: URLSearchParams): ReactNode => {
  if (id === undefined) return <ListingsPage />
  if (id === 'new') return <NewListingPage dataset={query.get('dataset')} />
  const rewritten = query.get('rewrite')
  return rewritten === null ? <OwnListingPage key={id} id={id} /> : <RewriteListingPage key={`${id} ${rewritten}`} id={id} inPlace={rewritten === 'in-place'} />
}

const sellPages = ([page, id]: readonly string[], query: URLSearchParams): ReactNode => {
  if (page === 'listings') return listingPages(id, query)
  if (page === 'serve') return <ServePage />
  if (page === 'sales') return id === undefined ? <SalesPage /> : <SalePage key={id} purchase={id} />
  if (id === 'import') return <ImportPage />
  return id === undefined ? <DatasetsPage /> : <DatasetPage key={id} name={query.get('name') ?? id} />
}

const activityPages = ([page]: readonly string[], query: URLSearchParams): ReactNode => {
  switch (page) {
    case 'log': return <ActivityLogPage />
    case 'verify': return <VerifyPage key={query.get('opened')} opened={query.get('opened')} />
    case 'disputes': return <DisputesPage />
    default: return <ReceiptsPage />
  }
}

const pageAt = ({ parts: [room, ...rest], query }: Place): ReactNode => {
  switch (room) {
    case 'sell': return sellPages(rest, query)
    case 'activity': return activityPages(rest, query)
    case 'wallet': return <WalletPage />
    case 'settings': return <SettingsPage />
    default: return buyPages(rest, query)
  }
}

const firstPlace = '#/buy/market'

/** The page at the window's place: after a start, the one that was left. */
const Pages = () => {
  const place = usePlace()
  const [last, remember] = useStored('window.place', (stored) => (typeof stored === 'string' && stored.startsWith('#/') ? stored : firstPlace))
  useEffect(() => {
    if (last === null) return
    if (place.path === '/') goTo(last)
    else if (window.location.hash !== last) remember(window.location.hash)
    // Which place is left is written down when another is come to, not when it has been written down.
  }, [place.path, last === null])
  useEffect(() => {
    const content = document.getElementById('content')
    content?.scrollTo(0, 0)
    // Whoever goes by keyboard goes on from the new page, not from a link that is no longer there.
    if (document.activeElement === document.body) content?.focus({ preventScroll: true })
  }, [place.path])
  return <Suspense fallback={<p className="page quiet">Opening the editor…</p>}>{pageAt(place)}</Suspense>
}

/** The first run until its last step is done, though wallet and network are there before; then the shell. */
const Rooms = () => {
  const { connected } = useChanges()
  const firstRun = useAsk(['status', 'first-run'], () => shell.app.firstRun({}))
  const [settingUp, setSettingUp] = useState<boolean | null>(null)
  const { data } = firstRun
  useEffect(() => {
    if (data !== undefined) setSettingUp((before) => before ?? !data.complete)
  }, [data])
  if (data === undefined || settingUp === null) return <div className="page"><Trouble error={firstRun.error} onRetry={() => { void firstRun.refetch() }} /></div>
  if (settingUp) return <FirstRunPage state={data} onDone={() => { setSettingUp(false) }} />
  return <Shell connected={connected}><Pages /></Shell>
}

const Themed = () => {
  const settings = useAsk(['settings'], () => shell.settings.get({}))
  const chosen = settings.data?.theme ?? 'system'
  return (
    <MantineProvider theme={theme} defaultColorScheme="auto" {...(chosen === 'system' ? {} : { forceColorScheme: chosen })}>
      <MovesProvider><Rooms /></MovesProvider>
    </MantineProvider>
  )
}

const queries = createQueries()

export const App = () => <QueryClientProvider client={queries}><Themed /></QueryClientProvider>
