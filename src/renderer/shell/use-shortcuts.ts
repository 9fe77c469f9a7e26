import { useEffect, useRef } from 'react'
import { allDestinations } from '../app/navigation.tsx'
import { goTo } from '../app/router.ts'

const togetherMilliseconds = 1200

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || target.closest('input, textarea, select, .monaco-editor, [role="dialog"]') !== null)

/** Ctrl or Cmd and K finds; g and a letter goes; ? tells all of it. Never while somebody types. */
export const useShortcuts = ({ onFind, onHelp }: { readonly onFind: () => void, readonly onHelp: () => void }): void => {
  const pressedGo = useRef(0)
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault()
        onFind()
        return
      }
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return
      const going = event.timeStamp - pressedGo.current < togetherMilliseconds && pressedGo.current > 0
      pressedGo.current = event.key === 'g' ? event.timeStamp : 0
      if (event.key === '?') onHelp()
      const destination = going ? allDestinations.find(({ letter }) => letter === event.key) : undefined
      if (destination !== undefined) goTo(destination.to)
    }
    window.addEventListener('keydown', onKey, { capture: true })
    return () => {
      window.removeEventListener('keydown', onKey, { capture: true })
    }
  }, [onFind, onHelp])
}
