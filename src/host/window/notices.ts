import type { Job } from '../../shared/window-contract/jobs.ts'
import type { ServeEventJson } from '../../shared/window-contract/serve.ts'

/** Something worth telling somebody who is not looking at the window, and the page where it stands. */
export interface Notice {
  readonly title: string
  readonly words: string
  /** The page's hash in the window. */
  readonly place: string
}

const placeOfJob = ({ kind, subject }: Job): string => {
  switch (kind) {
    case 'encrypt':
    case 'test-data': return subject === null ? '#/sell/datasets' : `#/sell/datasets/${encodeURIComponent(subject)}`
    case 'rehearse': return '#/buy/workspace'
    case 'compute': return subject === null ? '#/buy/purchases' : `#/buy/purchases/${encodeURIComponent(subject)}`
    case 'backup': return '#/wallet'
    default: return '#/activity/log'
  }
}

/** Shorter work ends before anybody has looked away. */
const worthTellingMilliseconds = 15_000

/** What of an ended job is told: what took long, or failed. Stopping is its owner's own doing. */
export const noticeOfJob = (job: Job): Notice | null => {
  if (job.state === 'running' || job.state === 'stopped' || job.endedAt === null) return null
  if (job.outcome?.kind === 'answer') return { title: 'An answer has arrived', words: job.label, place: `#/buy/purchases/${job.outcome.purchase}` }
  const took = Date.parse(job.endedAt) - Date.parse(job.startedAt)
  if (job.state === 'failed') return { title: `${job.label} failed`, words: job.error?.message ?? '', place: placeOfJob(job) }
  return took < worthTellingMilliseconds ? null : { title: `${job.label}: done`, words: 'It is ready.', place: placeOfJob(job) }
}

/** What of serving is told: money that came or that may be lost. */
export const noticeOfServing = ({ kind, words }: ServeEventJson): Notice | null => {
  switch (kind) {
    case 'authorised': return { title: 'Serving signed', words, place: '#/sell/sales' }
    case 'reclaimed': return { title: 'A payment was reclaimed', words, place: '#/sell/sales' }
    case 'declined-unseen': return { title: 'A purchase was declined', words, place: '#/sell/sales' }
    case 'failed': return { title: 'Serving needs you', words, place: '#/sell/serve' }
    default: return null
  }
}
