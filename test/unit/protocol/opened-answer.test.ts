import { describe, expect, it } from 'vitest'
import { openedAnswerSchema } from '../../../src/host/protocol/opened-answer.ts'

const opened = { details: '{"title":"Pay in €, 給料 𝒂"}', ciphertexts: 'AAAA', sealed: 'AAAA', sealingSecret: `0x${'07'.repeat(32)}` }

describe('an opened answer', () => {
  it('takes no text that has no bytes, which could not be hashed', () => {
    expect(openedAnswerSchema.safeParse(opened).success).toBe(true)
    for (const half of ['\ud800', '\udc00', 'a\ud83d']) {
      const { error } = openedAnswerSchema.safeParse({ ...opened, details: half })
      expect(error?.issues[0]).toMatchObject({ path: ['details'], message: expect.stringContaining('surrogate') as string })
    }
  })
})
