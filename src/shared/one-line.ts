const breaks = /[\n\r\v\f\u0085\u2028\u2029]/g

/**
 * Somebody else's words for a place within our own lines. A line break of theirs could put a sentence in our mouth; it is shown by its
 * code point, as the terminal shows what would move its cursor.
 */
export const oneLine = (text: string): string => text.replaceAll(breaks, (character) => `\\u{${character.codePointAt(0)?.toString(16) ?? ''}}`)
