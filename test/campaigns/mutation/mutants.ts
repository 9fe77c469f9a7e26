/** One place of the contract changed: `line` counts from 1. */
export interface Mutant {
  readonly file: string
  readonly line: number
  /** The whole line, as it was and as it is. */
  readonly from: string
  readonly to: string
}

const replacements: readonly (readonly [RegExp, readonly string[]])[] = [
  [/ == /g, [' != ']], [/ != /g, [' == ']],
  [/ <= /g, [' < ', ' > ']], [/ >= /g, [' > ', ' < ']],
  [/ < /g, [' <= ', ' > ']], [/ > /g, [' >= ', ' < ']],
  [/ \+ /g, [' - ']], [/ - /g, [' + ']], [/ \* /g, [' + ']], [/ \/ /g, [' * ']],
  [/ \+= /g, [' -= ', ' = ']], [/ -= /g, [' += ', ' = ']],
  [/ && /g, [' || ']], [/ \|\| /g, [' && ']],
  [/\btrue\b/g, ['false']], [/\bfalse\b/g, ['true']], [/!(?=[a-zA-Z])/g, ['']],
  [/\+\+(?=[a-z])/g, ['--']],
  [/\bpurchase\.buyer\b/g, ['purchase.seller']], [/\bpurchase\.seller\b/g, ['purchase.buyer']],
  [/\bmsg\.sender\b/g, ['address(this)']], [/\bmsg\.value\b/g, ['uint256(0)']],
]

/** Where a State is written or looked for, each other state in its place. */
const states = ['Paid', 'Requested', 'Delivered', 'Disputed', 'Refunded', 'Settled']

const changesOf = (code: string): readonly string[] => {
  const changed = replacements.flatMap(([pattern, others]) => [...code.matchAll(pattern)].flatMap((match) =>
    others.map((other) => code.slice(0, match.index) + other + code.slice(match.index + match[0].length))))
  const otherStates = [...code.matchAll(/\bState\.([A-Z]\w+)/g)].map((match) => {
    const next = states[(states.indexOf(match[1] ?? '') + 1) % states.length] ?? 'Paid'
    return `${code.slice(0, match.index)}State.${next}${code.slice(match.index + match[0].length)}`
  })
  const trimmed = code.trim()
  const isGuard = /^(?:if \(.*\) (?:revert|_require)|_require\w+\(|_check\w+\()/.test(trimmed)
  const isAct = /^(?:emit |_\w+\(|[\w.[\]]+ (?:=|\+=|-=) )/.test(trimmed)
  return [...changed, ...otherStates, ...((isGuard || isAct) && trimmed.endsWith(';') ? [''] : [])]
}

/** Lines that do nothing at run time. */
const isDeclaration = (code: string): boolean =>
  /^\s*(?:$|\/\/|\/?\*|import |pragma |event |error |function |modifier |abstract |contract |constructor|external|returns|\} else|using |uint\w+ (?:public|private) |mapping)/.test(code)

/** Every mutant of a contract's text, line by line: operators, states, parties, and statements left out. */
export const createMutants = (file: string, text: string): readonly Mutant[] =>
  text.split('\n').flatMap((from, at) => (isDeclaration(from) ? [] : [...new Set(changesOf(from))]
    .filter((to) => to !== from).map((to) => ({ file, line: at + 1, from, to }))))

/** How a mutant is called in reports. */
export const nameMutant = ({ file, line, from, to }: Mutant): string =>
  `${file}:${line} \`${from.trim()}\` → ${to.trim() === '' ? 'left out' : `\`${to.trim()}\``}`
