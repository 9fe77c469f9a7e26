import { oneLine } from './one-line.ts'

/** What a spreadsheet would take for a formula gets an apostrophe in front (OWASP, CSV injection). */
const guarded = (text: string): string => (/^[=+\-@\t\r\n]/.test(text) ? `'${text}` : text)

/** A cell of a table for spreadsheets, whatever separates them: no formula, and quoted where it must be (RFC 4180). */
export const csvCell = (value: string): string => {
  const text = guarded(value)
  return /["\t,;\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/**
 * A line in front of a table that says where it is from. Readers that know such lines skip those that begin with #; a spreadsheet cuts it
 * at its separators, and none of the pieces may be a formula either.
 */
export const csvComment = (text: string): string =>
  `# ${oneLine(text).replaceAll('"', '”').replaceAll(/([,;\t]\s*)(?=[=+\-@])/g, '$1\'')}`
