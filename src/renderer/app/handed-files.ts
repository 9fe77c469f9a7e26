import { useEffect, useRef } from 'react'
import { isTradeFileName } from '../../shared/trade-files.ts'
import { goTo } from './router.ts'

/** What a file dropped on the window may be, and the page that takes it. */
const places = { receipt: '#/activity/verify', table: '#/sell/datasets/import' } as const
export type HandedKind = keyof typeof places

const waiting = new Map<HandedKind, File>()
const listeners = new Set<() => void>()

const kindOf = ({ name }: File): HandedKind => (isTradeFileName(name) || /\.(?:json|pdf)$/i.test(name) ? 'receipt' : 'table')

/** Gives a file to the page that is for it, and goes there. */
export const handFile = (file: File): void => {
  const kind = kindOf(file)
  waiting.set(kind, file)
  goTo(places[kind])
  for (const listener of listeners) listener()
}

/** Takes what is handed to a page, once: what waited for it, and what comes while it is open. */
export const useHandedFile = (kind: HandedKind, take: (file: File) => void): void => {
  const taker = useRef(take)
  taker.current = take
  useEffect(() => {
    const look = (): void => {
      const file = waiting.get(kind)
      if (file === undefined) return
      waiting.delete(kind)
      taker.current(file)
    }
    listeners.add(look)
    look()
    return () => { listeners.delete(look) }
  }, [kind])
}
