import { AppError } from '../../shared/errors.ts'

/** A scalar as its text (strings unquoted, numbers as they were written), or a tuple or list of such. Nothing is ever evaluated. */
export type PlainValue = string | readonly PlainValue[]

export interface PlainField {
  readonly value: PlainValue
  readonly line: number
}

/** Fields by normalised name: lower case, letters and digits only, so that `Private_Key` and `private key` are one. */
export type PlainFields = ReadonlyMap<string, PlainField>

const longestText = 64 * 1024
const deepestNesting = 8

export const normaliseName = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]/g, '')

export const invalidFile = (fileName: string, why: string, line?: number): AppError =>
  new AppError('input.legacy-file-invalid', `${fileName}${line === undefined ? '' : `, line ${line}`}: ${why}.`, {
    details: { file: fileName, ...(line === undefined ? {} : { line }) },
  })

/** A reader over Python and JSON literals; `fail` is told the offset where the text stops being plain data. */
const createLiteralReader = (text: string, fail: (offset: number, why: string) => Error) => {
  let offset = 0
  const skipSpace = (): void => {
    while (/\s/.test(text[offset] ?? '')) offset += 1
  }
  const take = (expected: string): boolean => {
    skipSpace()
    if (text[offset] !== expected) return false
    offset += 1
    return true
  }
  const match = (pattern: RegExp): string | null => {
    pattern.lastIndex = offset
    const found = pattern.exec(text)?.[0] ?? null
    if (found !== null) offset += found.length
    return found
  }
  const readScalar = (): string => {
    skipSpace()
    const quoted = match(/[uUrR]?"(?:[^"\\\n]|\\["'\\/])*"|[uUrR]?'(?:[^'\\\n]|\\["'\\/])*'/y)
    if (quoted !== null) return quoted.replace(/^[uUrR]/, '').slice(1, -1).replaceAll(/\\(.)/g, '$1')
    const bare = match(/[^\s,:=(){}[\]'"]+/y)
    if (bare === null) throw fail(offset, 'a value is missing or is no plain text, number or tuple')
    return bare
  }
  const readItems = (close: string, readItem: () => void): void => {
    while (!take(close)) {
      readItem()
      if (take(',')) continue
      if (!take(close)) throw fail(offset, `a comma or ${close} is expected here; expressions are not run`)
      return
    }
  }
  const readValue = (depth: number): PlainValue => {
    if (depth > deepestNesting) throw fail(offset, 'it is nested too deeply')
    const close = take('(') ? ')' : take('[') ? ']' : null
    if (close === null) return readScalar()
    const items: PlainValue[] = []
    readItems(close, () => items.push(readValue(depth + 1)))
    return items
  }
  const assertEnd = (): void => {
    skipSpace()
    if (offset < text.length) throw fail(offset, 'something follows that is no plain data')
  }
  return {
    value: (): PlainValue => {
      const value = readValue(0)
      assertEnd()
      return value
    },
    record: (onField: (name: string, value: PlainValue, offset: number) => void): void => {
      if (!take('{')) throw fail(offset, 'a { is expected')
      readItems('}', () => {
        skipSpace()
        const start = offset
        const name = readScalar()
        if (!take(':')) throw fail(offset, 'a colon is expected after a name')
        onField(name, readValue(0), start)
      })
      assertEnd()
    },
  }
}

const readLineValue = (text: string): PlainValue => {
  const trimmed = text.trim().replace(/,$/, '').trim()
  try {
    return createLiteralReader(trimmed, () => new SyntaxError('not a literal')).value()
  } catch (error) {
    // An unquoted text with signs in it, such as a URL, is itself; whether it fits is the field's to say.
    if (error instanceof SyntaxError) return trimmed
    throw error
  }
}

interface FieldCollector {
  readonly fields: Map<string, PlainField>
  add(name: string, value: PlainValue, line: number): void
}

const createFieldCollector = (fileName: string): FieldCollector => {
  const fields = new Map<string, PlainField>()
  return {
    fields,
    add: (name, value, line) => {
      const key = normaliseName(name)
      if (fields.has(key)) throw invalidFile(fileName, 'a field is given twice', line)
      fields.set(key, { value, line })
    },
  }
}

const readLines = (fileName: string, text: string, order: readonly string[], collector: FieldCollector): void => {
  const lines = text.split('\n').map((line, index) => ({ text: line.trim(), line: index + 1 })).filter((entry) => entry.text !== '')
  const named = lines.map((entry) => /^["']?([A-Za-z_][\w -]*?)["']?\s*(?:=|:(?!\/\/))(.*)$/.exec(entry.text))
  if (named.every((match) => match === null) && lines.length === order.length) {
    lines.forEach((entry, index) => collector.add(order[index] ?? '', readLineValue(entry.text), entry.line))
    return
  }
  named.forEach((match, index) => {
    const line = lines[index]?.line ?? 0
    if (match?.[1] === undefined || match[2] === undefined) throw invalidFile(fileName, 'this is neither `name = value` nor `name: value`', line)
    collector.add(match[1], readLineValue(match[2]), line)
  })
}

/**
 * Reads a 2020 settings file as data: a Python dict or JSON object (also after `name =`), a tuple or list of all values in their
 * documented order, lines `name = value` or `name: value`, or one bare value per line in that order. Lines starting with # are
 * comments. Errors name the file and line, never the content, which may be a private key. Throws `input.legacy-file-invalid`.
 */
export const readPlainFields = (fileName: string, source: string, order: readonly string[]): PlainFields => {
  if (source.length > longestText) throw invalidFile(fileName, 'it is far too long for such a file')
  const text = source.replace(/^\uFEFF/, '').replaceAll(/\r\n?/g, '\n').replaceAll(/^[ \t]*#.*$/gm, '').trimEnd()
  if (text === '') throw invalidFile(fileName, 'it is empty')
  const collector = createFieldCollector(fileName)
  const lineAt = (offset: number): number => text.slice(0, offset).split('\n').length
  const literal = text.replace(/^\s*[A-Za-z_]\w*\s*=\s*(?=\{)/, (prefix) => prefix.replaceAll(/[^\n]/g, ' '))
  const reader = createLiteralReader(literal, (offset, why) => invalidFile(fileName, why, lineAt(offset)))
  const first = literal.trimStart()[0]
  if (first === '{') {
    reader.record((name, value, offset) => collector.add(name, value, lineAt(offset)))
  } else if (first === '(' || first === '[') {
    const values = reader.value()
    if (values.length !== order.length || typeof values === 'string') {
      throw invalidFile(fileName, `a list must hold the ${order.length} values ${order.join(', ')}`)
    }
    values.forEach((value, index) => collector.add(order[index] ?? '', value, 1))
  } else {
    readLines(fileName, text, order, collector)
  }
  return collector.fields
}
