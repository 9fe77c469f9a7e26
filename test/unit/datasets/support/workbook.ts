import { crc32, deflateRawSync } from 'node:zlib'

const uint = (bytes: number, value: number): Buffer => {
  const buffer = Buffer.alloc(bytes)
  buffer.writeUIntLE(value, 0, bytes)
  return buffer
}

/** A ZIP archive (PKWARE APPNOTE 4.3); `claim` falsifies the size an entry says it unpacks to. */
export const createArchive = (files: Readonly<Record<string, string>>, claim?: number): Uint8Array => {
  const bodies: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const [path, content] of Object.entries(files)) {
    const data = Buffer.from(content)
    const packed = deflateRawSync(data)
    const name = Buffer.from(path)
    const common = Buffer.concat([
      uint(2, 20), uint(2, 0), uint(2, 8), uint(4, 0), uint(4, crc32(data)), uint(4, packed.length), uint(4, claim ?? data.length),
      uint(2, name.length), uint(2, 0),
    ])
    const body = Buffer.concat([uint(4, 0x04034b50), common, name, packed])
    const place = [uint(2, 0), uint(2, 0), uint(2, 0), uint(4, 0), uint(4, offset)]
    directory.push(Buffer.concat([uint(4, 0x02014b50), uint(2, 20), common, ...place, name]))
    bodies.push(body)
    offset += body.length
  }
  const index = Buffer.concat(directory)
  const entries = uint(2, directory.length)
  const end = Buffer.concat([uint(4, 0x06054b50), uint(4, 0), entries, entries, uint(4, index.length), uint(4, offset), uint(2, 0)])
  return new Uint8Array(Buffer.concat([...bodies, index, end]))
}

type SheetCell = number | string | boolean | { readonly serial: number } | { readonly error: string } | null

const column = (at: number): string => String.fromCharCode(65 + at)

const toXml = (cell: SheetCell, place: string): string => {
  if (cell === null) return ''
  if (typeof cell === 'number') return `<c r="${place}"><v>${cell}</v></c>`
  if (typeof cell === 'boolean') return `<c r="${place}" t="b"><v>${cell ? 1 : 0}</v></c>`
  if (typeof cell === 'string') return `<c r="${place}" t="inlineStr"><is><t>${cell}</t></is></c>`
  if ('error' in cell) return `<c r="${place}" t="e"><v>${cell.error}</v></c>`
  return `<c r="${place}" s="1"><v>${cell.serial}</v></c>`
}

const main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
const relations = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'

interface WorkbookOptions {
  /** Falsifies the size that its parts say they unpack to. */
  readonly claim?: number
  /** Days are counted from 1904, as old Excels for the Mac did. */
  readonly from1904?: boolean
  /** What sheets are linked by, instead of an identifier that leads to their part. */
  readonly link?: string
}

type Sheets = Readonly<Record<string, readonly (readonly SheetCell[])[]>>

/** A workbook as a spreadsheet program saves it (ECMA-376), small: `serial` is a date, in Excel's days. */
export const createWorkbook = (sheets: Sheets, { claim, from1904 = false, link }: WorkbookOptions = {}): Uint8Array => {
  const names = Object.keys(sheets)
  const files: Record<string, string> = {
    '[Content_Types].xml': '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
    'xl/workbook.xml': `<workbook ${main} xmlns:r="${relations}">${from1904 ? '<workbookPr date1904="1"/>' : ''}<sheets>${
      names.map((name, at) => `<sheet name="${name}" sheetId="${at + 1}" r:id="${link ?? `rId${at + 1}`}"/>`).join('')}</sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${
      names.map((_, at) => `<Relationship Id="rId${at + 1}" Type="${relations}/worksheet" Target="worksheets/sheet${at + 1}.xml"/>`).join('')
    }<Relationship Id="rId99" Type="${relations}/styles" Target="styles.xml"/></Relationships>`,
    'xl/styles.xml': `<styleSheet ${main}><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>`,
  }
  Object.values(sheets).forEach((rows, at) => {
    files[`xl/worksheets/sheet${at + 1}.xml`] = `<worksheet ${main}><sheetData>${rows.map((cells, row) =>
      `<row r="${row + 1}">${cells.map((cell, index) => toXml(cell, `${column(index)}${row + 1}`)).join('')}</row>`).join('')}</sheetData></worksheet>`
  })
  return createArchive(files, claim)
}
