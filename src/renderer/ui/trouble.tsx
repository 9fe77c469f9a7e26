import { Button } from '@mantine/core'
import { useEffect, useRef, type ReactNode } from 'react'
import { nextInWindow } from '../../shared/next-in-window.ts'
import type { ErrorDocumentJson } from '../../shared/window-contract/base.ts'
import { readError } from '../window-client.ts'
import { Copyable } from './values.tsx'

const sayNext = ({ code, next }: ErrorDocumentJson): string => Object.entries(nextInWindow).find(([known]) => known === code)?.[1] ?? next

/** What happened, what to do about it, and the stable code to search for. */
export const ErrorPanel = ({ document, onRetry }: { readonly document: ErrorDocumentJson, readonly onRetry?: () => void }) => {
  const panel = useRef<HTMLDivElement>(null)
  // The button that failed was disabled meanwhile and lost the focus: the keyboard goes on from here, not from the page's start.
  useEffect(() => { if (window.document.activeElement === window.document.body) panel.current?.focus({ preventScroll: true }) }, [])
  return (
    <div ref={panel} className="trouble" role="alert" tabIndex={-1}>
      <p>{document.message}</p>
      <p className="quiet">{sayNext(document)}</p>
      <div className="row">
        <Copyable label="details of the error" value={JSON.stringify(document, null, 2)} shown={document.code} spoken={document.code} />
        {onRetry === undefined ? null : <Button variant="default" onClick={onRetry}>Try again</Button>}
      </div>
    </div>
  )
}

/** Whatever a call threw, or nothing. */
export const Trouble = ({ error, onRetry }: { readonly error: unknown, readonly onRetry?: () => void }) =>
  error === null || error === undefined ? null : <ErrorPanel document={readError(error)} {...(onRetry === undefined ? {} : { onRetry })} />

interface Asked<Reply> {
  readonly data: Reply | undefined
  readonly error: unknown
  readonly refetch: () => unknown
}

/** Draws a reply once it is there, an error where it failed, and nothing in the blink before. */
export const Reply = <Data,>({ of, children }: { readonly of: Asked<Data>, readonly children: (data: Data) => ReactNode }) => {
  if (of.data !== undefined) return <>{children(of.data)}</>
  return <Trouble error={of.error} onRetry={() => { of.refetch() }} />
}
