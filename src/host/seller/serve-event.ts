import type { AppError } from '../../shared/errors.ts'
import type { WatchEvent } from './watch.ts'

/** What happens while a seller serves; a `bug` is ours, met by somebody's request. */
export type ServeEvent = WatchEvent | { readonly kind: 'bug'; readonly error: AppError; readonly request: string }
