import { Tooltip } from '@mantine/core'
import { IconCheck, IconCopy } from '@tabler/icons-react'
import { useEffect, useState } from 'react'
import { formatEther } from '../../shared/units.ts'

/** The largest number of digits after the point that is shown; all of them are in the tooltip. */
const shownDecimals = 6
const weiPerGwei = 1_000_000_000n

/** 12345.67 as 12,345.67. */
const groupThousands = (digits: string): string => digits.replace(/^-?\d+/, (whole) => BigInt(whole).toLocaleString('en'))

const shortEther = (wei: bigint): string => {
  const exact = formatEther(wei)
  const point = exact.indexOf('.')
  if (point < 0 || exact.length - point - 1 <= shownDecimals) return groupThousands(exact)
  const shortened = exact.slice(0, point + 1 + shownDecimals).replace(/\.?0+$/, '')
  return shortened === '0' || shortened === '-0' ? `< 0.${'0'.repeat(shownDecimals - 1)}1` : `≈ ${groupThousands(shortened)}`
}

/** An amount in ether, exact to the wei on hover; `bare` where the unit stands in the column's header. */
export const Amount = ({ wei, bare = false }: { readonly wei: string | bigint, readonly bare?: boolean }) => {
  const value = BigInt(wei)
  const gwei = value % weiPerGwei === 0n ? `${(value / weiPerGwei).toLocaleString('en')} gwei` : `${value.toLocaleString('en')} wei`
  // In a column the points stand beneath one another.
  const [whole, fraction] = shortEther(value).split('.')
  return (
    <Tooltip label={`${formatEther(value)} ether = ${gwei}`}>
      {bare ? <span className="mono nowrap">{whole}<span className="fraction">{fraction === undefined ? '' : `.${fraction}`}</span></span>
        : <span className="mono nowrap">{shortEther(value)}<span className="unit"> ether</span></span>}
    </Tooltip>
  )
}

const copiedMilliseconds = 1200

/**
 * Text that a click copies whole, however little of it is shown; `long` text may break into lines. What stands for it to who hears it, or
 * points at it, is the text itself, unless `spoken` says what is shorter.
 */
export const Copyable = ({ value, shown, label, long = false, spoken = value }: {
  readonly value: string, readonly shown?: string, readonly label: string, readonly long?: boolean, readonly spoken?: string
}) => {
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return undefined
    const timer = setTimeout(() => { setCopied(false) }, copiedMilliseconds)
    return () => { clearTimeout(timer) }
  }, [copied])
  const copy = (): void => {
    void navigator.clipboard.writeText(value).then(() => { setCopied(true) })
  }
  return (
    <Tooltip label={copied ? 'Copied' : long ? 'Copy' : spoken} multiline maw={420} styles={{ tooltip: { overflowWrap: 'anywhere' } }}>
      <button type="button" className={long ? 'copy long' : 'copy'} onClick={(event) => { event.stopPropagation(); copy() }} aria-label={`Copy ${label} ${spoken}`}>
        {shown ?? value}
        {copied ? <IconCheck size={12} className="good" aria-hidden /> : <IconCopy size={12} className="quiet" aria-hidden />}
      </button>
    </Tooltip>
  )
}

/** A hash or address, shortened in the middle. */
export const Hash = ({ value, label = 'hash' }: { readonly value: string, readonly label?: string }) => (
  <Copyable value={value} label={label} shown={value.length > 14 ? `${value.slice(0, 6)}…${value.slice(-4)}` : value} />
)

/** Which word each code of a category stands for. */
export const sayCodes = (categories: readonly string[]): string => categories.map((word, code) => `${code}\u00a0=\u00a0${word}`).join(', ')

const steps: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [['day', 86_400], ['hour', 3600], ['minute', 60]]
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' })

const sayRelative = (seconds: number): string => {
  const [unit, size] = steps.find(([, length]) => Math.abs(seconds) >= length) ?? ['second', 1]
  return Math.abs(seconds) < 10 ? 'just now' : relative.format(Math.round(seconds / size), unit)
}

/** A moment of the chain's clock by calendar and clock of this computer. */
export const sayMoment = (seconds: number): string =>
  new Date(seconds * 1000).toLocaleString('en-GB', { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' })

const tickMilliseconds = 10_000

/** A time as people say it; the exact one on hover. Takes ISO 8601, or seconds of the chain's clock. */
export const When = ({ at }: { readonly at: string | number }) => {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    const timer = setInterval(() => { setNow(Date.now()) }, tickMilliseconds)
    return () => { clearInterval(timer) }
  }, [])
  const date = new Date(typeof at === 'number' ? at * 1000 : at)
  return (
    <Tooltip label={date.toLocaleString('en-GB', { dateStyle: 'full', timeStyle: 'long' })}>
      <time dateTime={date.toISOString()} className="nowrap">{sayRelative((date.getTime() - now) / 1000)}</time>
    </Tooltip>
  )
}

const durations: readonly (readonly [string, number])[] = [['day', 86_400], ['hour', 3600], ['minute', 60], ['second', 1]]

/** A length of time in its two largest units. */
export const sayDuration = (seconds: number): string => {
  let left = Math.round(seconds)
  const parts = durations.flatMap(([unit, size]) => {
    const count = Math.floor(left / size)
    left -= count * size
    return count === 0 ? [] : [`${count} ${unit}${count === 1 ? '' : 's'}`]
  })
  return parts.slice(0, 2).join(' ') || '0 seconds'
}

/** Words of a policy as a sentence of their own. */
export const toSentence = (words: string): string => {
  // A file, or a name of an answer's, is spelled as it is.
  const isName = /^\S+[.:]\w/.test(words)
  return `${isName ? words : `${words.slice(0, 1).toUpperCase()}${words.slice(1)}`}${/[.!?]$/.test(words) ? '' : '.'}`
}

export const formatCount = (count: number): string => count.toLocaleString('en')

/** "1 row", "2,000 rows". */
export const sayCount = (count: number, thing: string): string => `${formatCount(count)} ${thing}${count === 1 ? '' : 's'}`

/** A number for reading: six significant digits, thousands set apart. */
export const formatNumber = (value: number): string =>
  Number.isInteger(value) ? value.toLocaleString('en') : value.toLocaleString('en', { maximumSignificantDigits: 7 })
