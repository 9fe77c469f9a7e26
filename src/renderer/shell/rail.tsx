import { IconSearch } from '@tabler/icons-react'
import { navigation } from '../app/navigation.tsx'
import { usePlace } from '../app/router.ts'

export const Mark = () => (
  <svg width="20" height="20" viewBox="0 0 20 20" fill="none" aria-hidden>
    <path d="M3 3h4v5.5h6V3h4v14h-4v-5.5H7V17H3z" fill="currentColor" />
  </svg>
)

const modifier = navigator.userAgent.includes('Mac') ? '⌘' : 'Ctrl'

/** The way around: every page, in the order of a trade. */
export const Rail = ({ onFind }: { readonly onFind: () => void }) => {
  const { path } = usePlace()
  return (
    <nav className="rail" aria-label="Pages">
      <div className="brand"><Mark /><span className="name">HEsystem</span></div>
      <button type="button" className="find" onClick={onFind}>
        <IconSearch size={14} aria-hidden /><span className="name">Find or do</span><kbd>{modifier} K</kbd>
      </button>
      {navigation.map(({ title, destinations }) => (
        <div key={title} className="group">
          <h2>{title}</h2>
          {destinations.map(({ title: name, to, icon: Icon }) => (
            <a key={to} href={to} {...(path.startsWith(to.slice(1)) ? { 'aria-current': 'page' as const } : {})}>
              <Icon size={16} stroke={1.6} aria-hidden /><span className="name">{name}</span>
            </a>
          ))}
        </div>
      ))}
    </nav>
  )
}
