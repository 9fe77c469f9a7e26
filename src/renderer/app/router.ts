import { useSyncExternalStore } from 'react'

/** Where the window is: a path such as /buy/purchases/3, and what was asked of it. */
export interface Place {
  readonly path: string
  readonly parts: readonly string[]
  readonly query: URLSearchParams
}

const read = (hash: string): Place => {
  const [path = '', query = ''] = hash.replace(/^#/, '').split('?')
  const parts = path.split('/').filter((part) => part !== '').map(decodeURIComponent)
  return { path: `/${parts.join('/')}`, parts, query: new URLSearchParams(query) }
}

const listen = (onChange: () => void) => {
  window.addEventListener('hashchange', onChange)
  return () => {
    window.removeEventListener('hashchange', onChange)
  }
}

/** The present place; a component that uses it is drawn anew when it changes. */
export const usePlace = (): Place => read(useSyncExternalStore(listen, () => window.location.hash))

/** The address of a place, for links. */
export const placeOf = (parts: readonly string[], query: Readonly<Record<string, string>> = {}): string => {
  const search = new URLSearchParams(query).toString()
  return `#/${parts.map(encodeURIComponent).join('/')}${search === '' ? '' : `?${search}`}`
}

export const goTo = (address: string): void => {
  window.location.hash = address
}
