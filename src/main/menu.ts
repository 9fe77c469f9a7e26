import type { MenuItemConstructorOptions } from 'electron'

const pages: readonly (readonly [label: string, hash: string, key: string])[] = [
  ['Market', '#/buy/market', '1'], ['Workspace', '#/buy/workspace', '2'], ['Purchases', '#/buy/purchases', '3'], ['Datasets', '#/sell/datasets', '4'],
  ['Listings', '#/sell/listings', '5'], ['Serve', '#/sell/serve', '6'], ['Sales', '#/sell/sales', '7'], ['Receipts', '#/activity/receipts', '8'],
]

/** The window's menu: the system's own entries, and the pages. No developer tools, no reloading: the page is not a web page. */
export const createMenuTemplate = (isMac: boolean, show: (hash: string) => void): MenuItemConstructorOptions[] => [
  ...(isMac ? [{ role: 'appMenu' as const }] : []),
  {
    label: 'File',
    submenu: [
      { label: 'Import a Table…', click: () => { show('#/sell/datasets/import') } },
      { label: 'Verify a Receipt…', click: () => { show('#/activity/verify') } },
      { type: 'separator' },
      { label: 'Settings', accelerator: 'CmdOrCtrl+,', click: () => { show('#/settings') } },
      { type: 'separator' },
      { role: isMac ? 'close' : 'quit' },
    ],
  },
  { role: 'editMenu' },
  {
    label: 'Go',
    submenu: pages.map(([label, hash, key]) => ({ label, accelerator: `CmdOrCtrl+${key}`, click: () => { show(hash) } })),
  },
  { label: 'View', submenu: [{ role: 'resetZoom' }, { role: 'zoomIn' }, { role: 'zoomOut' }, { type: 'separator' }, { role: 'togglefullscreen' }] },
  { role: 'windowMenu' },
]
