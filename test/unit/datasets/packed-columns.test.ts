import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createDatasetService } from '../../../src/host/datasets/dataset-service.ts'
import { createVault } from '../../../src/host/secrets/vault.ts'
import { openProfileDatabase } from '../../../src/host/storage/database.ts'
import { createFakeEngine } from './fake-engine.ts'
import { refusal } from './fixtures.ts'

describe('packed columns', () => {
  it('are refused where no two fit side by side, and leave nothing behind: the columns are encrypted afterwards as ever', async () => {
    const engine = createFakeEngine()
    const service = createDatasetService({
      database: openProfileDatabase(':memory:'), vault: createVault(new Uint8Array(randomBytes(32))),
      engine: () => Promise.resolve(engine), findUse: () => null, now: () => new Date(0),
    })
    await service.importTable({ name: 'single', text: 'a\n1\n2\n3\n' })
    await expect(service.encrypt('single', { keyBits: 2048, packed: true })).rejects.toEqual(refusal('input.packing-none', { dataset: 'single' }))
    expect(service.show('single').data).toBeNull()
    expect(engine.cells.count).toBe(0)
    await service.encrypt('single', { keyBits: 2048 })
    expect(service.show('single').data).toMatchObject({ packedGroups: 0 })
    await expect(service.encrypt('single', { keyBits: 2048, packed: true })).rejects.toEqual(refusal('input.dataset-encrypted'))
  })
})
