import { describe, expect, it } from 'vitest'
import { load } from '../../campaigns/load/load.ts'

// The long form is `npm run campaign:load`: a hundred buyers and 200 MB.
describe('buyers at once (S21, S23)', () => {
  it('get every byte and every answer right, among slow readers and sockets that never finish', async () => {
    const { answers, downloadedMebibytes, datasetMebibytes, slowChunks, glances, samples } = await load({
      rows: 512, buyers: 6, slowReaders: 1, slowBytesPerSecond: 1024 * 1024, slowSockets: 40, sampleMilliseconds: 200,
    })
    expect(answers).toBe(6)
    expect(downloadedMebibytes).toBe(6 * datasetMebibytes)
    expect(slowChunks).toBeGreaterThan(0)
    expect(glances.length).toBeGreaterThan(0)
    expect(Math.max(...samples.map(({ slowSockets }) => slowSockets))).toBe(40)
  }, 180_000)
})
