import { IconChevronLeft } from '@tabler/icons-react'
import { useEffect, type ReactNode } from 'react'

interface PageProperties {
  readonly title: string
  readonly about?: ReactNode
  readonly back?: { readonly to: string, readonly title: string }
  /** The page's one primary action, and what little stands beside it. */
  readonly actions?: ReactNode
  readonly children: ReactNode
}

/** A page of the window: a heading, what it is for in one line, its actions at the right. */
export const Page = ({ title, about, back, actions, children }: PageProperties) => {
  useEffect(() => {
    document.title = `${title} – HEsystem`
  }, [title])
  return (
    <div className="page">
      <header>
        <div className="titles">
          {back === undefined ? null : <a className="crumb" href={back.to}><IconChevronLeft size={14} aria-hidden />{back.title}</a>}
          <h1 tabIndex={-1}>{title}</h1>
          {about === undefined ? null : <p>{about}</p>}
        </div>
        {actions === undefined ? null : <div className="row">{actions}</div>}
      </header>
      {children}
    </div>
  )
}

export const Section = ({ title, aside, children }: {
  readonly title: string, readonly aside?: ReactNode, readonly children: ReactNode
}) => (
  <section className="section" aria-label={title}>
    <div className="head">
      <h2 className="grow">{title}</h2>
      {aside}
    </div>
    {children}
  </section>
)

/** Names and values, a hairline between them. */
export const Facts = ({ of, left = false }: { readonly of: readonly (readonly [string, ReactNode])[], readonly left?: boolean }) => (
  <dl className={left ? 'facts left' : 'facts'}>
    {of.map(([name, value]) => <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}
  </dl>
)

/** What is not there yet: one sentence, one button. */
export const EmptyState = ({ children, action }: { readonly children: ReactNode, readonly action?: ReactNode }) => (
  <div className="empty"><p>{children}</p>{action}</div>
)

export const Figure = ({ label, children }: { readonly label: string, readonly children: ReactNode }) => (
  <div className="figure"><span className="label">{label}</span><span className="value">{children}</span></div>
)
