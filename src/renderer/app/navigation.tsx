import {
  IconAccessPoint, IconBuildingStore, IconCash, IconCode, IconFileCertificate, IconGavel, IconHistory, IconReceipt2, IconSettings,
  IconShoppingBag, IconTable, IconTag, IconWallet, type Icon,
} from '@tabler/icons-react'

export interface Destination {
  readonly title: string
  readonly to: string
  readonly icon: Icon
  /** g, then this letter. */
  readonly letter: string
}

export interface DestinationGroup {
  readonly title: string
  readonly destinations: readonly Destination[]
}

/** The rail, the palette and the shortcuts are drawn from this one list. */
export const navigation: readonly DestinationGroup[] = [
  {
    title: 'Buy',
    destinations: [
      { title: 'Market', to: '#/buy/market', icon: IconBuildingStore, letter: 'm' },
      { title: 'Workspace', to: '#/buy/workspace', icon: IconCode, letter: 'e' },
      { title: 'Purchases', to: '#/buy/purchases', icon: IconShoppingBag, letter: 'p' },
    ],
  },
  {
    title: 'Sell',
    destinations: [
      { title: 'Datasets', to: '#/sell/datasets', icon: IconTable, letter: 'd' },
      { title: 'Listings', to: '#/sell/listings', icon: IconTag, letter: 'l' },
      { title: 'Serve', to: '#/sell/serve', icon: IconAccessPoint, letter: 's' },
      { title: 'Sales', to: '#/sell/sales', icon: IconCash, letter: 'a' },
    ],
  },
  {
    title: 'Activity',
    destinations: [
      { title: 'Receipts', to: '#/activity/receipts', icon: IconReceipt2, letter: 'r' },
      { title: 'Verify', to: '#/activity/verify', icon: IconFileCertificate, letter: 'v' },
      { title: 'Disputes', to: '#/activity/disputes', icon: IconGavel, letter: 'i' },
      { title: 'Log', to: '#/activity/log', icon: IconHistory, letter: 'o' },
    ],
  },
  {
    title: 'Profile',
    destinations: [
      { title: 'Wallet', to: '#/wallet', icon: IconWallet, letter: 'w' },
      { title: 'Settings', to: '#/settings', icon: IconSettings, letter: ',' },
    ],
  },
]

export const allDestinations: readonly Destination[] = navigation.flatMap(({ destinations }) => destinations)
