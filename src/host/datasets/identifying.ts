/** Fewer words or numbers tell rows apart by chance. */
export const fewWords = 20

/** Of fewer, a column called so is rather one of kinds. */
const fewNumbers = 10

/** What a table calls the number of a person or thing: "id", "PersNr", "customer_no", "Kundennummer". */
const numberNames = [/(?:^|[^a-z])(?:id|nr|no|num|key)(?:[^a-z]|$)|(?:nummer|number|nr)$|uuid|guid/i, /[a-z](?:Id|ID|No)(?:[^a-z]|$)/]

/** What a table calls words about one row. */
const remarkName = /bemerkung|anmerkung|kommentar|notiz|remark|comment|\bnotes?\b|freitext|free.?text|beschreibung|description/i

const isYear = (value: number): boolean => value >= 1800 && value < 2200

/** By one, up or down: a measure that happens to rise from row to row leaves gaps. */
const countsOn = (values: Float64Array): boolean => {
  const step = Math.sign((values[1] ?? 0) - (values[0] ?? 0))
  return values.every((value, at) => at === 0 || value - (values[at - 1] ?? 0) === step)
}

export const allDiffer = (values: Float64Array): boolean =>
  values.length >= fewWords && values.every(Number.isInteger)
    && values.toSorted().every((value, at, sorted) => at === 0 || value !== sorted[at - 1])

/** Whether whole numbers that all differ number the rows: their column's name says so, or they count on from row to row, years aside. */
export const numbersRows = (name: string, values: Float64Array): boolean =>
  allDiffer(values) && (numberNames.some((pattern) => pattern.test(name)) || (countsOn(values) && !values.every(isYear)))

/** Whether a column called like the numbers of persons or things, or `isIdentifier` by its values, has enough of them, some repeated. */
export const repeatsNumbers = (name: string, cells: Iterable<string | number | null>, isIdentifier: boolean): boolean => {
  if (!isIdentifier && !numberNames.some((pattern) => pattern.test(name))) return false
  const seen = new Set<string | number>()
  let count = 0
  for (const cell of cells) {
    if (cell === null) continue
    seen.add(cell)
    count += 1
  }
  return seen.size < count && seen.size >= fewNumbers
}

export const namesRemarks = (name: string): boolean => remarkName.test(name)

/**
 * Whether words are remarks on single rows and no category: their column's name says so, or most of them are of several words and occur
 * once. `counts`: how often each occurs.
 */
export const areRemarks = (name: string, counts: ReadonlyMap<string, number>): boolean => {
  if (namesRemarks(name)) return true
  const words = [...counts]
  const once = words.filter(([, count]) => count === 1)
  return words.length > 4 && once.length * 2 > words.length && words.filter(([word]) => /\S\s+\S/.test(word)).length * 2 > words.length
}
