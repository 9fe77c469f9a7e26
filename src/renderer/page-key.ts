import { signedInMark } from '../shared/window-contract/page-key.ts'

const storageKey = 'hesystem.page-key'

/** Takes the key that the address was exchanged for out of the address bar into this origin's own storage. */
export const takePageKey = (): void => {
  const { hash, pathname } = window.location
  if (!hash.startsWith(signedInMark)) return
  const [key = '', place] = hash.slice(signedInMark.length).split('#')
  window.localStorage.setItem(storageKey, key)
  window.history.replaceState(null, '', place === undefined ? pathname : `${pathname}#${place}`)
}

/** '' where this tab's origin was never signed in. */
export const readPageKey = (): string => window.localStorage.getItem(storageKey) ?? ''
