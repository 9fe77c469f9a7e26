import { useEffect, useRef, useState } from 'react'
import { shell } from './api.ts'

const parseJson = (text: string | null): unknown => {
  if (text === null) return null
  try {
    return JSON.parse(text) as unknown
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}

/**
 * A value that the shell keeps between runs; null until it has been read. `read` gives the beginning for what is not there or
 * cannot be read.
 */
export const useStored = <Value>(
  key: string, read: (stored: unknown) => Value,
): readonly [value: Value | null, store: (next: Value) => void, error: unknown] => {
  const [value, setValue] = useState<Value | null>(null)
  const [error, setError] = useState<unknown>(null)
  const reader = useRef(read)
  useEffect(() => {
    shell.app.readState({ key }).then(
      (state) => { setValue(reader.current(parseJson(state.value))) },
      (thrown: unknown) => { setError(thrown); setValue(reader.current(null)) },
    )
  }, [key])
  const store = (next: Value): void => {
    setValue(next)
    shell.app.saveState({ key, value: JSON.stringify(next) }).catch(setError)
  }
  return [value, store, error]
}
