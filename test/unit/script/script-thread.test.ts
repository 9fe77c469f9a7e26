import { describe, expect, it } from 'vitest'
import { deriveInThread, evaluateInThread, type ScriptThreadOptions } from '../../../src/host/scripts/script-thread.ts'
import { wages } from '../compute/support.ts'

const listing = { rows: 3, columns: ['wage', 'age'] }

const derive = (source: string, options: ScriptThreadOptions = {}) => {
  const { dataset: { rows, columns, keyBits, datasetRoot }, values } = wages()
  return deriveInThread({ fileName: 'wages.ts', source }, listing, { description: { rows, columns, keyBits, datasetRoot }, rows: values }, options)
}

/** Each is one call of the interpreter's own code, which looks at no deadline while it runs. */
const endless = [
  ['the join of a huge sparse array', 'export default new Array(2 ** 32 - 1).join()'],
  ['a search in a huge sparse array', 'export default new Array(2 ** 32 - 1).indexOf(1)'],
  ['a search in a huge array-like object', 'export default Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1)'],
] as const

describe('a script in a thread of its own', () => {
  it('gives its program, the answer on the plain rows, and what it logged', async () => {
    const { program, plain, log, roundingError } = await derive('console.log(data)\nexport default { mean: data.col("age").mean(), all: data }')
    expect(program.cells).toHaveLength(7)
    expect(plain).toEqual({ mean: 91 / 3, all: [[1.5, 20], [2.25, 30], [-4, 41]] })
    expect({ log, roundingError }).toEqual({ log: ['Tensor(3, 2)'], roundingError: 0 })
    expect(await evaluateInThread({ fileName: 'a.ts', source: 'export default data.sum(0)' }, listing, { columns: ['a'], rows: [[1], [2]] })).toEqual([3])
  })

  it.each(endless)('is ended at the deadline in the midst of %s', async (_, source) => {
    await expect(derive(source, { deadlineMilliseconds: 300 })).rejects.toMatchObject({
      code: 'runtime.script-timeout', message: 'wages.ts: the script was still running after 0.3 s of processor time and was stopped', details: { file: 'wages.ts' },
    })
  })

  it('is ended when the caller has enough', async () => {
    const controller = new AbortController()
    setTimeout(() => { controller.abort(new Error('enough')) }, 200)
    await expect(derive('for (;;);', { signal: controller.signal })).rejects.toThrow('enough')
    await expect(derive('export default data', { signal: AbortSignal.abort(new Error('before')) })).rejects.toThrow('before')
  })

  it('fails with the code, message, place and facts it would have without a thread', async () => {
    await expect(derive('\nexport default data.col("wages")')).rejects.toMatchObject({
      code: 'input.tensor-index', details: { file: 'wages.ts', line: 2, column: 21, fragment: 'export default data.col("wages")' },
    })
    await expect(derive('export default 1')).rejects.toMatchObject({ code: 'input.answer-invalid' })
    await expect(derive('export default (')).rejects.toMatchObject({ code: 'input.script-syntax', details: { line: 1 } })
  })
})
