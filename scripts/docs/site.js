// Runs in the site's pages: copies code blocks, and searches the pages. Both are left out where scripts do not run.
'use strict'

const root = document.currentScript.dataset.root

for (const block of document.querySelectorAll('.block')) {
  const button = document.createElement('button')
  button.type = 'button'
  button.textContent = 'Copy'
  button.addEventListener('click', () => {
    navigator.clipboard.writeText(block.querySelector('code').textContent.trimEnd()).then(
      () => { button.textContent = 'Copied' },
      () => { button.textContent = 'Not allowed here' },
    )
    setTimeout(() => { button.textContent = 'Copy' }, 2000)
  })
  block.append(button)
}

const menu = document.querySelector('aside details')
const wide = matchMedia('(min-width: 52.01rem)')
const fit = () => { menu.open = wide.matches }
wide.addEventListener('change', fit)
fit()

const most = 12
let index = null
const loadIndex = () => {
  index ??= new Promise((resolve, reject) => {
    const script = document.createElement('script')
    script.src = `${root}search.js`
    script.addEventListener('load', () => { resolve(globalThis.searchIndex) })
    script.addEventListener('error', reject)
    document.head.append(script)
  })
  return index
}

/** Sections that hold all words; those that hold them in their heading come first. */
const find = (sections, words) => {
  const holds = (text) => words.every((word) => text.includes(word))
  const found = sections.filter(([, title, heading, text]) => holds(`${title} ${heading} ${text}`.toLowerCase()))
  const rank = ([, title, heading]) => (holds(heading.toLowerCase()) ? 0 : holds(`${title} ${heading}`.toLowerCase()) ? 1 : 2)
  return found.map((section) => [rank(section), section]).sort((a, b) => a[0] - b[0]).slice(0, most).map(([, section]) => section)
}

const around = (text, word) => {
  const at = Math.max(0, text.toLowerCase().indexOf(word) - 40)
  return `${at > 0 ? '… ' : ''}${text.slice(at, at + 120)}${at + 120 < text.length ? ' …' : ''}`
}

const search = document.createElement('input')
search.type = 'search'
search.placeholder = 'Search'
search.setAttribute('aria-label', 'Search these pages')
const list = document.createElement('ul')
list.className = 'found'
list.setAttribute('aria-live', 'polite')
search.addEventListener('focus', () => { void loadIndex() })
search.addEventListener('input', async () => {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean)
  const found = words.length === 0 ? [] : find(await loadIndex(), words)
  list.replaceChildren(...found.map(([href, title, heading, text]) => {
    const item = document.createElement('li')
    const link = document.createElement('a')
    const place = document.createElement('small')
    link.href = root + href
    link.textContent = heading === title ? title : `${title}: ${heading}`
    place.textContent = around(text, words[0])
    item.append(link, place)
    return item
  }))
  if (words.length > 0 && found.length === 0) list.textContent = 'Nothing found.'
})
menu.before(search, list)
