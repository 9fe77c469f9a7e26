const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

/** Seller-provided text is only text. */
export const escapeHtml = (text: string): string => text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? '')

const style = `:root{color-scheme:light dark;--ink:#1a1d21;--soft:#565d66;--line:#dcdfe4;--paper:#fff;--field:#f4f5f7;--accent:#2549b0}
@media(prefers-color-scheme:dark){:root{--ink:#e7e9ec;--soft:#a4abb4;--line:#33383f;--paper:#15181c;--field:#1e2227;--accent:#93b1ff}}
*{box-sizing:border-box}
body{font:1rem/1.55 system-ui,sans-serif;color:var(--ink);background:var(--paper);max-width:60rem;margin:0 auto;padding:1.25rem 1.25rem 3rem;overflow-wrap:anywhere}
header,footer{color:var(--soft);font-size:.9rem}
header{padding-bottom:1rem;border-bottom:1px solid var(--line)}
footer{margin-top:3rem;padding-top:1rem;border-top:1px solid var(--line)}
h1{font-size:1.75rem;line-height:1.25;margin:2rem 0 .5rem}
h2{font-size:1.2rem;line-height:1.3;margin:2.5rem 0 .5rem}
p{margin:.5rem 0;max-width:45rem}
.words{white-space:pre-line}
a{color:var(--accent)}
.state{color:var(--soft)}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(10rem,1fr));gap:1px;background:var(--line);border:1px solid var(--line);margin:1.5rem 0}
.facts div{background:var(--paper);padding:.75rem 1rem}
.facts dd{font-size:1.2rem;line-height:1.3;font-variant-numeric:tabular-nums}
.facts small{display:block;font-size:.875rem;color:var(--soft)}
dt{color:var(--soft)}dd{margin:0}
.terms{display:grid;grid-template-columns:minmax(7rem,11rem) 1fr;gap:.4rem 1rem}
@media(max-width:36rem){.terms{display:block}.terms dd{margin-bottom:.6rem}}
ul,ol{max-width:45rem;padding-left:1.4rem}li{margin:.4rem 0}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:.4rem .75rem .4rem 0;border-bottom:1px solid var(--line)}
thead th{color:var(--soft);font-weight:normal}tbody th{font-weight:600;width:20%;min-width:7rem}
code,pre{font-family:ui-monospace,monospace;font-size:.875rem}
pre{background:var(--field);padding:.6rem .8rem;margin:.4rem 0;white-space:pre-wrap}
article{border-bottom:1px solid var(--line);padding:.25rem 0 1rem}article h2{margin:1.25rem 0 .25rem}
article p{margin:.25rem 0}`

/** The program's own sign, as resources and the window have it. */
const icon = encodeURIComponent('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 20"><path d="M3 3h4v5.5h6V3h4v14h-4v-5.5H7V17H3z" fill="#2b55c9"/></svg>')

const longestSummary = 160

/** The first words of a text, on one line: for search results and overviews. */
export const summarise = (text: string, most = longestSummary): string => {
  const line = text.replaceAll(/\s+/g, ' ').trim()
  if (line.length <= most) return line
  const cut = line.slice(0, most).replace(/\s+\S*$/, '')
  return `${cut} …`
}

export interface Page {
  readonly title: string
  /** A sentence or two, for search engines. */
  readonly summary: string
  /** Above the page, HTML. */
  readonly header: string
  /** HTML; begins with the page's only h1. */
  readonly main: string
}

/** A whole document: nothing is loaded for it, nothing in it runs. */
export const layOutPage = ({ title, summary, header, main }: Page): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>${escapeHtml(title)} — HEsystem</title>
<meta name="description" content="${escapeHtml(summarise(summary))}">
<link rel="icon" href="data:image/svg+xml,${icon}"><style>
${style}
</style></head><body>
<header>${header}</header>
<main>
${main}
</main>
<footer>Served by the seller's own HEsystem. This page runs no script, loads nothing from elsewhere and sets no cookie.</footer>
</body></html>
`
