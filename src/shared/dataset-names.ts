/** Letters of English, digits, `.`, `_` and `-`, at most 64: names stand in addresses and in files' names. */
export const isDatasetName = (name: string): boolean => /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(name)

/**
 * The nearest name that a dataset can have to what a file or a person calls it: “Gehälter 2024” becomes Gehalter-2024; empty where
 * nothing is left of it.
 */
export const toDatasetName = (text: string): string =>
  text.normalize('NFKD').replaceAll(/\p{Mark}/gu, '').replaceAll('ß', 'ss').replaceAll(/[^A-Za-z0-9._-]+/g, '-').replaceAll(/^[._-]+|-+$/g, '').slice(0, 64)
