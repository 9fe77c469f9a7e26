import type { Progress } from '../host/index.ts'
import { redactForeignText } from '../host/operations/redact.ts'
import { toErrorDocument } from '../shared/errors.ts'

/** Where a command's words go: its one result to stdout, everything on the way to stderr. */
export interface Terminal {
  readonly json: boolean
  /** The command's result: one JSON document under --json, else its words. */
  result(document: unknown, words: string): void
  /** The same where the words are a file's text: what is written to a file by `>` is that file, and stays what it is by its format. */
  file(document: unknown, text: string, format: 'json' | 'csv'): void
  note(text: string): void
  /** A progress bar for one label, redrawn in place on a terminal, a line at each tenth elsewhere. */
  progress(label: string): (progress: Progress) => void
  error(error: unknown): void
}

const barWidth = 30

/** What moves the cursor, clears a line or turns text around on a terminal. */
const movingCharacters = '\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u009f\\u061c\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069'
const moving = new RegExp(`[${movingCharacters}]`, 'g')
const movingOrReturn = new RegExp(`[${movingCharacters}]|\\r(?!\\n)`, 'g')

/** The same JSON, with such characters written as JSON writes any: they stand in its strings alone. */
const escapeJson = (text: string): string =>
  text.replaceAll(moving, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)

/** BigInts as decimal strings: amounts in wei outgrow what JSON numbers hold exactly. */
export const toJson = (document: unknown): string =>
  escapeJson(JSON.stringify(document, (_, value: unknown) => (typeof value === 'bigint' ? value.toString() : value), 2))

const formatSeconds = (seconds: number): string =>
  seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`

/** Work is weighed in fractions; a person counts in whole numbers. */
const drawBar = (label: string, { done, total, estimatedSecondsLeft }: Progress): string => {
  const share = total === 0 ? 1 : done / total
  const filled = Math.round(share * barWidth)
  const left = done === total || estimatedSecondsLeft === null ? '' : `, ${formatSeconds(estimatedSecondsLeft)} left`
  return `${label} ${'█'.repeat(filled)}${'░'.repeat(barWidth - filled)} ${Math.floor(share * 100)}% (${Math.round(done)}/${Math.round(total)}${left})`
}

const createProgress = (label: string, stderr: NodeJS.WriteStream): ((progress: Progress) => void) => {
  let shownTenth = -1
  return (progress) => {
    const tenth = progress.total === 0 ? 10 : Math.floor((progress.done / progress.total) * 10)
    if (stderr.isTTY) stderr.write(`\r\u001B[2K${drawBar(label, progress)}${progress.done === progress.total ? '\n' : ''}`)
    else if (tenth > shownTenth) stderr.write(`${drawBar(label, progress)}\n`)
    shownTenth = Math.max(shownTenth, tenth)
  }
}

/**
 * Titles, answers, refusals and names in files come from strangers. A character that moves the cursor, clears a line or turns text around
 * could put their words in the place of ours, so that such characters are shown by their code points. Line breaks are our own by now:
 * whoever puts a stranger's words into a text takes theirs out (`oneLine`).
 */
const showAll = (text: string): string => text.replaceAll(movingOrReturn, (character) => `\\u{${character.charCodeAt(0).toString(16)}}`)

export const createTerminal = (json: boolean, { stdout, stderr }: Pick<NodeJS.Process, 'stdout' | 'stderr'> = process): Terminal => ({
  json,
  result: (document, words) => { stdout.write(`${json ? toJson(document) : showAll(words)}\n`) },
  file: (document, text, format) => {
    const shown = format === 'json' ? escapeJson(text) : stdout.isTTY ? showAll(text) : text
    stdout.write(json ? `${toJson(document)}\n` : shown.endsWith('\n') ? shown : `${shown}\n`)
  },
  note: (text) => { stderr.write(`${showAll(text)}\n`) },
  progress: (label) => createProgress(label, stderr),
  error: (error) => {
    const { code, message, next, details } = toErrorDocument(error)
    if (json) stderr.write(`${toJson({ error: { code, message, details, next } })}\n`)
    else stderr.write(`${showAll(`error ${code}: ${message}\n  ${next}`)}\n`)
    // Nobody knows what a foreign error's words hold.
    if (code === 'bug.unexpected' && error instanceof Error) stderr.write(`${redactForeignText((error.cause instanceof Error ? error.cause.stack : error.stack) ?? '')}\n`)
  },
})
