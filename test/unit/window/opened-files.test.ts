import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { createOpenedFiles } from '../../../src/host/window/opened-files.ts'

describe('a file that the system asked the program to open', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hesystem-opened-'))
  afterAll(() => { rmSync(folder, { recursive: true, force: true }) })
  const files = createOpenedFiles()
  const idOf = (place: string): string => new URLSearchParams(place.split('?')[1]).get('opened') ?? ''
  const open = (name: string): string => idOf(files.open(join(folder, name)))

  it('is read by its id, and nothing else is', () => {
    writeFileSync(join(folder, 'receipt-3.hereceipt'), '{}')
    expect(files.read(open('receipt-3.hereceipt'))).toEqual({ fileName: 'receipt-3.hereceipt', text: '{}' })
    expect(() => files.read(join(folder, 'receipt-3.hereceipt'))).toThrow(expect.objectContaining({ code: 'input.not-found' }))
  })

  it('is refused where it is gone, a folder, or no receipt by its size', () => {
    writeFileSync(join(folder, 'large.hereceipt'), Buffer.alloc(5_000_001))
    for (const name of ['gone.hereceipt', '.', 'large.hereceipt']) {
      expect(() => files.read(open(name)), name).toThrow(expect.objectContaining({ code: 'input.file-unreadable' }))
    }
  })
})
