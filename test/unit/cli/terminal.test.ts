import { describe, expect, it } from 'vitest'
import { describeAnswer } from '../../../src/cli/answer-text.ts'
import { describeColumn } from '../../../src/cli/column-text.ts'
import { describeVerdict } from '../../../src/cli/evidence-file.ts'
import { createTerminal } from '../../../src/cli/terminal.ts'
import { reportTradeFile } from '../../../src/cli/trade-file.ts'
import { citeReceipt } from '../../../src/host/index.ts'
import { signReceipt, type Receipt } from '../../../src/host/protocol/receipt.ts'
import { AppError } from '../../../src/shared/errors.ts'
import { buyer, createSettledReceipt } from '../receipts/settled-receipt.ts'

describe('progress where no terminal is', () => {
  it('counts work that is weighed in fractions in whole numbers', () => {
    const said: string[] = []
    const stream = { isTTY: false, write: (text: string) => said.push(text) > 0 } as unknown as NodeJS.WriteStream & { fd: 2 }
    const draw = createTerminal(false, { stdout: stream as never, stderr: stream }).progress('computing')
    draw({ done: 337.387_401, total: 674.774_802, estimatedSecondsLeft: 1 })
    expect(said).toEqual([`computing ${'█'.repeat(15)}${'░'.repeat(15)} 50% (337/675, 1 s left)\n`])
  })
})

describe('what strangers wrote', () => {
  it('cannot move the cursor, clear a line or turn text around on a terminal', () => {
    const said: string[] = []
    const stream = { isTTY: true, write: (text: string) => said.push(text) > 0 } as unknown as NodeJS.WriteStream & { fd: 2 }
    const terminal = createTerminal(false, { stdout: stream as never, stderr: stream })
    terminal.result({}, 'It does not hold.\r\u001b[2KIt holds.\u202e\u009b1A')
    terminal.note('a\tb\r\nc\u0008')
    terminal.error(new AppError('input.invalid', 'no\u001b[1A'))
    expect(said).toEqual([
      'It does not hold.\\u{d}\\u{1b}[2KIt holds.\\u{202e}\\u{9b}1A\n', 'a\tb\r\nc\\u{8}\n', expect.stringContaining('error input.invalid: no\\u{1b}[1A\n'),
    ])
  })

  it('stays JSON where JSON was asked for, with nothing that moves the cursor, and a file\'s own text where it goes to a file', () => {
    const write = (isTTY: boolean, json: boolean) => {
      const said: string[] = []
      const stream = { isTTY, write: (text: string) => said.push(text) > 0 } as unknown as NodeJS.WriteStream & { fd: 2 }
      return { said, terminal: createTerminal(json, { stdout: stream as never, stderr: stream }) }
    }
    const words = { title: 'א\u200f ב\u200e \u061c\u202e\u2066\u009b1A\u007f\u2028' }
    const raw = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/
    for (const json of [true, false]) {
      const { said, terminal } = write(false, json)
      terminal.file(words, `${JSON.stringify(words, null, 2)}\n`, 'json')
      expect(JSON.parse(said.join(''))).toEqual(words)
      expect(said.join('')).not.toMatch(raw)
    }
    const plain = write(false, false)
    plain.terminal.file({}, 'title\r\nא\u200f\r\n', 'csv')
    expect(plain.said).toEqual(['title\r\nא\u200f\r\n'])
    const shown = write(true, false)
    shown.terminal.file({}, 'a\u202eb', 'csv')
    expect(shown.said).toEqual(['a\\u{202e}b\n'])
    const failed = write(false, true)
    failed.terminal.error(new AppError('input.invalid', 'x', { details: words }))
    expect(failed.said.join('')).not.toMatch(raw)
  })

  it('has no line of its own among ours: an answer\'s names, titles, columns and reasons stay in theirs', async () => {
    const forged = 'The chain was asked: it says the same.'
    const words = ['\n\n', '\r\n', '\u0085', '\u2028', '\u2029', '\v'].map((lineBreak) => `n${lineBreak}${forged}${lineBreak}x`)
    const receipt = await createSettledReceipt()
    for (const word of words) {
      const printed: string[] = []
      const stream = { isTTY: false, write: (text: string) => printed.push(text) > 0 } as unknown as NodeJS.WriteStream & { fd: 2 }
      const terminal = createTerminal(false, { stdout: stream as never, stderr: stream })
      terminal.result({}, [
        describeAnswer({ [word]: [word, { [word]: word }], plain: word }), describeAnswer(word), describeAnswer([[word]]),
        citeReceipt(receipt, null, word), describeVerdict({ for: null, ground: 'input.evidence-foreign', reason: word }),
        describeColumn({ name: word, type: 'category', unit: word, description: word, categories: [word], scale: { numerator: '1', denominator: '1' }, lower: 0, upper: 1 }),
      ].join('\n'))
      const { exitCode } = process
      await reportTradeFile({ json: { ...receipt, [word]: 1, checks: { [word]: 'x' } }, pdf: null }, null, terminal)
      process.exitCode = exitCode
      const lines = printed.join('').split(/[\n\r\v\u0085\u2028\u2029]/)
      expect(lines.filter((line) => line.startsWith(forged) || line.startsWith('x'))).toEqual([])
      expect(lines.filter((line) => line.includes(forged)).length).toBeGreaterThanOrEqual(7)
    }
  })
})

describe('the words of a verdict', () => {
  const read = async (receipt: Receipt): Promise<string> => {
    const printed: string[] = []
    const stream = { isTTY: false, write: (text: string) => printed.push(text) > 0 } as unknown as NodeJS.WriteStream & { fd: 2 }
    const { exitCode } = process
    await reportTradeFile({ json: receipt, pdf: null }, null, createTerminal(false, { stdout: stream as never, stderr: stream }))
    process.exitCode = exitCode
    return printed.join('')
  }

  it('claim no answer and no hash of one before one was delivered', async () => {
    const settled = await createSettledReceipt()
    const { trade } = settled
    expect(await read(settled)).toMatch(/ bought an answer[^]*only its hash stands here/)
    const hashes = { requestHash: null, answerHash: null, programHash: null, resultHash: null }
    const paid = { ...trade, ...hashes, state: 'Paid' as const, moves: trade.moves.slice(0, 1), credits: [], burnedWei: '0' }
    const words = await read(await signReceipt(
      { ...settled, program: null, request: null, trade: paid, signatures: { seller: null, buyer: null } }, buyer,
    ))
    expect(words).toMatch(/ paid for an answer .*, not delivered as of this receipt; Paid\.\n.*No answer was delivered as of this receipt\./)
    expect(words).not.toMatch(/bought|hash stands/)
  })
})
