import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import './page.css'
import { callShell } from './bridge.ts'
import { WelcomePage } from './welcome-page.tsx'

const container = document.getElementById('root')
if (container === null) throw new Error('index.html has no element with the id "root".')

createRoot(container).render(
  <StrictMode>
    <WelcomePage about={callShell('about', {})} />
  </StrictMode>,
)
