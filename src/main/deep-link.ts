import { appStartUrl } from './app-scheme.ts'

/** Links of other programs: hesystem://listing?url=https%3A%2F%2F…, which opens a listing and does nothing else. */
export const linkScheme = 'hesystem'

const longestUrl = 2000

/**
 * The page a link leads to, or null for what is no link of ours. A link is a stranger's text: it can only name an http(s) address
 * of a listing to be looked at; nothing is bought, signed or sent by following it.
 */
export const findLinkedPage = (link: string): string | null => {
  if (!URL.canParse(link)) return null
  const { protocol, hostname, pathname, searchParams } = new URL(link)
  if (protocol !== `${linkScheme}:` || (hostname !== 'listing' && pathname !== '//listing')) return null
  const url = searchParams.get('url') ?? ''
  if (url.length > longestUrl || !URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) return null
  return `${appStartUrl}#/buy/listing?${new URLSearchParams({ url }).toString()}`
}

/** The first link among a program's arguments: how Windows and Linux hand one over. */
export const findLinkIn = (args: readonly string[]): string | null =>
  args.map(findLinkedPage).find((page) => page !== null) ?? null
