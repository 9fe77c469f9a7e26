import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { HDNodeWallet, JsonRpcProvider, parseEther, toQuantity, Wallet } from 'ethers'
import { beforeAll, describe, expect, it } from 'vitest'
import { createHost, verifyTradeFile } from '../../src/host/index.ts'
import type { Receipt } from '../../src/host/protocol/receipt.ts'
import { verifyReceipt } from '../../src/host/protocol/verify-receipt.ts'
import { casesOf, testLength } from '../campaigns/support/figures.ts'
import { createFolder, onCleanup } from './support/cleanup.ts'
import { createCommandLine, launch, type CommandLine, type Environment, type Running } from './support/command-line.ts'
import { expectedAnswer, refusedScript, script, tableCsv } from './support/shop.ts'

const folder = createFolder()
const passphrase = 'correct horse battery staple'
const file = (name: string, content: string): string => {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}
const environment: Environment = { HESYSTEM_PASSPHRASE_FILE: file('passphrase', passphrase) }
const scriptPath = file(script.fileName, script.source)
const value = parseEther('0.02')
const guarantee = value / 2n

interface TransactionList {
  readonly transactions: readonly { readonly status: string; readonly feeWei: string }[]
}

// Some sixty processes, one after the other: minutes, where the machine has other things to do.
describe('a trade between two command lines with a home each and a chain of its own', { timeout: 240_000 }, () => {
  let chain: Running
  let provider: JsonRpcProvider
  let rpcUrl: string
  let seller: CommandLine
  let buyer: CommandLine
  let serving: Running
  let buyerWallet: { readonly address: string; readonly mnemonic: string }
  let contract: string
  let url: string
  let purchase: string
  const sellerKey = Wallet.createRandom().privateKey
  /** All that the parties' commands have said, to be searched for secrets at the end. */
  const heard: string[] = []
  const before: Record<string, bigint> = {}

  beforeAll(async () => {
    const { running, document } = await createCommandLine(join(folder, 'chain'), {}).start<{ rpcUrl: string }>('chain', 'practice')
    chain = running
    rpcUrl = document.rpcUrl
    provider = new JsonRpcProvider(rpcUrl, 31_337, { staticNetwork: true, batchMaxCount: 1, cacheTimeout: -1 })
    onCleanup(() => { provider.destroy() })
    seller = createCommandLine(join(folder, 'seller'), environment, heard)
    buyer = createCommandLine(join(folder, 'buyer'), environment, heard)
  })

  const fund = async (address: string): Promise<void> => {
    await provider.send('anvil_setBalance', [address, toQuantity(parseEther('10'))])
    before[address] = await provider.getBalance(address)
  }

  it('lets each party make a profile, with a wallet brought along or a new one', async () => {
    const { address } = await seller.run<{ address: string }>('wallet', 'import', '--private-key', '--secret-file', file('key', sellerKey))
    expect(address).toBe(new Wallet(sellerKey).address)
    await fund(address)
    // Not overheard: what this says holds the recovery phrase, once, on purpose.
    buyerWallet = await createCommandLine(buyer.home, environment).run('wallet', 'create')
    await fund(buyerWallet.address)
    expect(await buyer.refuse('wallet', 'create')).toMatchObject({ code: 'access.wallet-exists' })
  })

  it('deploys the market, and refuses to deploy it again', async () => {
    await seller.run('network', 'add', 'practice', '--rpc', rpcUrl, '--chain-id', '31337');
    ({ contract } = await seller.run<{ contract: string }>('contract', 'deploy'))
    expect(await seller.refuse('contract', 'deploy')).toMatchObject({ code: 'input.already-exists', details: { contract } })
    await buyer.run('network', 'add', 'practice', '--rpc', rpcUrl, '--chain-id', '31337', '--contract', contract)
    expect(await buyer.run('contract', 'show')).toMatchObject({ contract, chainId: 31_337 })
  })

  it('brings a table, encrypts it with its test data, and puts it on sale', async () => {
    await seller.run('dataset', 'import', file('wages.csv', tableCsv), '--name', 'wages')
    await seller.run('dataset', 'encrypt', 'wages', '--key-bits', '2048')
    await seller.run('dataset', 'test-data', 'wages', '--rows', '8', '--key-bits', '2048')
    expect(await seller.run('dataset', 'show', 'wages')).toMatchObject({ rows: 12, testRows: 8, data: { keyBits: 2048 }, test: { keyBits: 2048 } })
    const started = await seller.start<{ url: string }>('serve', '--port', '0')
    serving = started.running
    const { id } = await seller.run<{ id: string }>('listing', 'create', 'wages', '--value', '0.02ether', '--min-rows', '4', '--url', started.document.url)
    const published = await seller.run<{ url: string }>('listing', 'publish', id)
    expect(published).toMatchObject({ state: 'published', listing: '1', terms: { valueWei: `${value}`, guaranteeWei: `${guarantee}` } });
    ({ url } = published)
  })

  // Whatever is bought below is answered from the version that was published.
  it('keeps the version that was published, while it serves, after the table was imported anew', async () => {
    const next = tableCsv.split('\n').map((line, row) => (row === 0 || line === '' ? line : line.split(',').map((cell) => String(Number(cell) + 5)).join(','))).join('\n')
    expect(next).not.toBe(tableCsv)
    await seller.run('dataset', 'import', file('wages-next.csv', next), '--name', 'wages', '--new-version')
    expect(await seller.run('listing', 'list')).toMatchObject({ listings: [{ dataset: 'wages@1', state: 'published' }] })
    expect(await seller.run('dataset', 'show', 'wages')).toMatchObject({ rows: 12, data: null })
    expect(await seller.run('dataset', 'show', 'wages@1')).toMatchObject({ rows: 12, data: { keyBits: 2048 } })
  })

  it('lets the buyer look, rehearse and check for free', async () => {
    expect(await buyer.run('market', 'list')).toMatchObject({ listings: [{ id: '1', url, open: true }] })
    expect(await buyer.run('market', 'show', url)).toMatchObject({ details: { num_rows: [12, 3], proof: 'dj-batch-1' } })
    expect(await buyer.run('try', url, scriptPath)).toMatchObject({ largestDifference: 0, verdict: { allowed: true } })
    expect(await buyer.run('check', url, scriptPath)).toMatchObject({ allowed: true })
    const refused = await buyer.launch('check', url, file(refusedScript.fileName, refusedScript.source)).ended
    expect(refused.exitCode).toBe(1)
    expect(JSON.parse(refused.stdout)).toMatchObject({ allowed: false, code: 'policy.min-rows' })
    expect(await buyer.run<TransactionList>('tx', 'list')).toEqual({ transactions: [] })
  })

  it('sells one answer, exact to the last digit, for the price, and gives the guarantee back', async () => {
    ({ purchase } = await buyer.run<{ purchase: string }>('buy', url))
    expect(await buyer.run('purchases', 'show', purchase)).toMatchObject({ state: 'Paid', answer: null })
    await buyer.run('compute', purchase, scriptPath)
    const out = join(folder, 'answer.json')
    expect(await buyer.run('request', purchase, '--out', out)).toMatchObject({ answer: expectedAnswer, proofVerified: true })
    expect(JSON.parse(readFileSync(out, 'utf8'))).toEqual(expectedAnswer)
    expect(await buyer.run('confirm', purchase)).toMatchObject({ state: 'Settled' })
    expect(await seller.run('sales', 'list')).toMatchObject({ sales: [{ purchase, state: 'Settled', handled: 'delivered' }] })
    for (const party of [seller, buyer]) await party.run('wallet', 'withdraw')
    expect(await buyer.refuse('wallet', 'withdraw')).toMatchObject({ code: 'escrow.nothing-to-withdraw' })

    const changeOf = async (party: CommandLine): Promise<bigint> => {
      const { address, balanceWei } = await party.run<{ address: string; balanceWei: string }>('wallet', 'show')
      const { transactions } = await party.run<TransactionList>('tx', 'list')
      expect(transactions.map(({ status }) => status)).toEqual(transactions.map(() => 'confirmed'))
      const fees = transactions.reduce((sum, { feeWei }) => sum + BigInt(feeWei), 0n)
      return BigInt(balanceWei) + fees - (before[address] ?? 0n)
    }
    expect([await changeOf(seller), await changeOf(buyer)]).toEqual([value, -value])
  })

  it('gives both a receipt that verifies without network or profile, and not with one byte changed', async () => {
    const nowhere = createCommandLine(join(folder, 'nowhere'), {})
    const paths = { buyer: join(folder, 'buyer.json'), seller: join(folder, 'seller.json') }
    expect(await buyer.run('receipts', 'export', purchase, '--out', paths.buyer)).toMatchObject({ missingHalf: null })
    await seller.run('receipts', 'export', purchase, '--out', paths.seller)
    expect(await nowhere.run('receipts', 'verify', paths.buyer)).toMatchObject({
      ok: true, signatures: { seller: 'valid', buyer: 'valid' }, decryptionProved: true, answer: expectedAnswer, problems: [],
    })
    // Signed by one party alone it could be anybody's invention: then only the chain can tell.
    const alone = await nowhere.launch('receipts', 'verify', paths.seller).ended
    expect(JSON.parse(alone.stdout)).toMatchObject({ ok: false, signatures: { seller: 'valid', buyer: 'missing' }, problems: [], citation: null })
    expect(alone.exitCode).toBe(1)
    expect(await nowhere.run('receipts', 'verify', paths.seller, '--rpc', rpcUrl)).toMatchObject({ ok: true, checkedOnChain: true })
    expect(readdirSync(folder)).not.toContain('nowhere')

    const receipt = readFileSync(paths.buyer, 'utf8')
    // A buyer alone, without what the details document and the program would show: the chain knows of no mode.
    const { checks: _checks, signatures, ...half } = JSON.parse(receipt) as Receipt
    const own = file('own.json', JSON.stringify({ ...half, program: null, proof: null, signatures: { ...signatures, seller: null } }))
    const unvouched = await nowhere.launch('receipts', 'verify', own, '--rpc', rpcUrl).ended
    expect([unvouched.exitCode, JSON.parse(unvouched.stdout)])
      .toEqual([1, expect.objectContaining({ ok: false, receiptHolds: false, checkedOnChain: true, unvouched: ['statement'], problems: [], citation: null })])
    const tampered: readonly (readonly [field: string, change: (text: string) => string])[] = [
      ['trade.termsHash', (text) => text.replace(`"valueWei": "${value}"`, `"valueWei": "${value + 1n}"`)],
      ['program', (text) => text.replace('"numerator": "1"', '"numerator": "2"')],
      ['trade.credits', (text) => text.replace(`"amountWei": "${value + guarantee}"`, `"amountWei": "${value + guarantee - 1n}"`)],
      ['signatures.buyer', (text) => text.replace('"listing": "1"', '"listing": "2"')],
    ]
    for (const [field, change] of tampered) {
      const altered = change(receipt)
      expect(altered, field).not.toBe(receipt)
      const { ok, problems } = verifyReceipt(JSON.parse(altered))
      expect([ok, problems.map((problem) => problem.field)]).toEqual([false, expect.arrayContaining([field])])
    }
  })

  it('writes an answer with its receipt into a file that opens anywhere, and holds with no other answer and no other receipt', async () => {
    const nowhere = createCommandLine(join(folder, 'nowhere'), {})
    const out = join(folder, 'answer.heresult')
    expect(await buyer.run('result', 'export', purchase, '--out', out)).toMatchObject({ out, missingHalf: null, answer: expectedAnswer })
    const opened = { kind: 'result', ok: true, answerBound: true, decryptionProved: true, answer: expectedAnswer, problems: [] }
    for (const args of casesOf(1, [['open', out, '--rpc', rpcUrl], ['open', out], ['receipts', 'verify', out]])) expect(await nowhere.run(...args)).toMatchObject(opened)
    expect(readdirSync(folder)).not.toContain('nowhere')

    const { receipt, ...rest } = JSON.parse(readFileSync(out, 'utf8')) as { receipt: { trade: object } }
    const silent = join(folder, 'without-answer.hereceipt')
    await buyer.run('receipts', 'export', purchase, '--without-answer', '--out', silent)
    const changed: readonly (readonly [field: string, document: object])[] = [
      ['answer', { ...rest, receipt, answer: { ...expectedAnswer as object, more: 1 } }],
      ['receipt.trade.termsHash', { ...rest, receipt: { ...receipt, trade: { ...receipt.trade, termsHash: `0x${'0'.repeat(64)}` } } }],
      ['answer', { ...rest, receipt: JSON.parse(readFileSync(silent, 'utf8')) as object }],
      ['receipt', { ...rest, receipt: null }],
    ]
    for (const [field, document] of changed) {
      const { ok, problems } = verifyTradeFile(document)
      expect([ok, problems.map((problem) => problem.field)]).toEqual([false, expect.arrayContaining([expect.stringContaining(field)])])
    }
    for (const [field, document] of casesOf(1, changed)) {
      const { exitCode, stdout } = await nowhere.launch('open', file('changed.heresult', JSON.stringify(document))).ended
      expect([exitCode, stdout]).toEqual([1, expect.stringContaining(`"field": "${field}`)])
    }
    expect(await buyer.refuse('result', 'export', purchase, '--out', join(folder, 'no', 'folder'))).toMatchObject({ code: 'input.file-unwritable' })
  })

  it('says of every file it makes what it is, and what would be done with it', async () => {
    const nowhere = createCommandLine(join(folder, 'nowhere'), {})
    const of = (name: string): string => join(folder, name)
    await buyer.run('receipts', 'export', purchase, '--format', 'pdf', '--out', of('receipt.pdf'))
    await buyer.run('disputes', 'evidence', purchase, '--out', of('evidence.json'))
    await buyer.run('backup', of('profile.backup'), '--secret-file', of('passphrase'))
    for (const name of casesOf(1, ['receipt.pdf', 'buyer.json'])) expect(await nowhere.run('open', of(name))).toMatchObject({ kind: 'receipt', ok: true, answer: expectedAnswer })
    const evidence = await nowhere.launch('open', of('evidence.json'), '--rpc', rpcUrl).ended
    expect([evidence.exitCode, JSON.parse(evidence.stdout)]).toMatchObject([1, { kind: 'evidence', convicts: false, for: 'seller', checkedOnChain: true }])
    // Another version's pages cannot be compared: neither a yes nor a no, and an exit code of its own.
    const foreign = file('foreign.pdf', '')
    writeFileSync(foreign, readFileSync(of('receipt.pdf'), 'latin1').replace(/(?<=\n\(HEsystem receipt layout )\d/, '9'), 'latin1')
    const partly = await nowhere.launch('receipts', 'verify', foreign).ended
    expect([partly.exitCode, JSON.parse(partly.stdout)]).toEqual([3, expect.objectContaining({ ok: false, receiptHolds: true, pages: 'unchecked', answer: expectedAnswer, problems: [] })])
    for (const [name, kind] of casesOf(1, [['profile.backup', 'backup'], ['wages.csv', 'table']] as const)) {
      expect(await nowhere.run('open', of(name))).toEqual({ kind, path: of(name) })
    }
    const refused = [
      [[file('other.json', '{"a":1}')], 'input.invalid'], [[of('passphrase')], 'input.invalid'], [[of('nothing.heresult')], 'input.file-unreadable'],
      [[of('wages.csv'), '--window'], 'input.invalid'],
    ] as const
    for (const [args, code] of casesOf(1, refused)) expect(await nowhere.refuse('open', ...args)).toMatchObject({ code })
  })

  if (testLength() > 1) it('says by its exit code too that pages of somebody else\'s are no receipt, nor one with a byte changed', async () => {
    const nowhere = createCommandLine(join(folder, 'nowhere'), {})
    const [page, receipt] = [join(folder, 'receipt.pdf'), readFileSync(join(folder, 'buyer.json'), 'utf8')]
    expect(await nowhere.run('receipts', 'verify', page)).toMatchObject({ ok: true, answer: expectedAnswer })
    // Pages that somebody else wrote around the same signed file are no receipt.
    const reprinted = file('reprinted.pdf', '')
    writeFileSync(reprinted, Buffer.concat([readFileSync(page), Buffer.from('\n% the answer is 42')]))
    const { stdout: words, exitCode: refused } = await nowhere.launch('receipts', 'verify', reprinted).ended
    expect([refused, JSON.parse(words)]).toEqual([1, expect.objectContaining({ ok: false, citation: null, problems: [expect.objectContaining({ field: 'pdf' })] })])
    const changed = receipt.replace(`"valueWei": "${value}"`, `"valueWei": "${value + 1n}"`)
    const { exitCode, stdout } = await nowhere.launch('receipts', 'verify', file('tampered.json', changed)).ended
    expect([exitCode, stdout]).toEqual([1, expect.stringContaining('"field": "trade.termsHash"')])
  })

  it('tells failure from misuse by its exit code, and failures as one JSON document on stderr', async () => {
    const { exitCode, stdout, stderr } = await buyer.launch('purchases', 'show', '77').ended
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' })
    const document = JSON.parse(stderr) as { error: unknown }
    expect(document.error).toMatchObject({ code: 'input.not-found', message: expect.any(String), details: { purchase: '77' } })

    const misuse = casesOf(2, [['nonsense'], ['purchases', 'show', 'first'], ['buy'], ['dataset', 'encrypt', 'x', '--key-bits', '1024'], ['--nonsense', 'doctor'], []])
    const outcomes = await Promise.all(misuse.map(async (args) => ({ args, ...await launch(args, environment).ended })))
    expect(outcomes.map(({ args, exitCode: code, stdout: text }) => ({ args, code, text }))).toEqual(misuse.map((args) => ({ args, code: 2, text: '' })))
    expect((await launch(['buy', '--help']).ended).exitCode).toBe(0)
  })

  it('keeps no secret in the clear, in neither home and in nothing it said', async () => {
    const keys: string[] = []
    for (const { home } of [seller, buyer]) {
      const host = await createHost({ home, environment })
      for (const { name } of host.datasets.list().filter(({ data }) => data !== null)) {
        for (const kind of ['data', 'test'] as const) {
          const { p, q } = host.datasets.readKeyPair(name, kind)
          keys.push(...[p, q].flatMap((prime) => [prime.toString(16), prime.toString()]))
        }
      }
      await host.close()
    }
    expect(keys).toHaveLength(8)
    const buyerKey = HDNodeWallet.fromPhrase(buyerWallet.mnemonic).privateKey
    const words = [passphrase, buyerWallet.mnemonic, ...[sellerKey, buyerKey].map((key) => key.slice(2)), ...keys]
    const bytes = words.flatMap((word) => [
      Buffer.from(word),
      ...(/^(?:[0-9a-f]{2})+$/.test(word) ? [Buffer.from(word, 'hex'), Buffer.from(Buffer.from(word, 'hex').toString('base64').slice(0, 40))] : []),
    ])
    const leaks = (content: Buffer): boolean => bytes.some((secret) => content.includes(secret))
    const files = [seller, buyer].flatMap(({ home }) => readdirSync(home, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name))
    expect(files.map((path) => path.slice(folder.length + 1))).toContain('seller/profile.sqlite-wal')
    expect(files.filter((path) => leaks(readFileSync(path)))).toEqual([])
    expect(heard.length).toBeGreaterThan(40)
    expect(leaks(Buffer.from(heard.join('\n')))).toBe(false)
    // The search itself finds what is there: a key written down in the clear.
    expect(leaks(readFileSync(join(folder, 'key')))).toBe(true)
  })

  it('ends the server and the chain cleanly when they are interrupted', async () => {
    expect(await serving.kill('SIGINT')).toMatchObject({ exitCode: 0, signal: null })
    expect(await chain.kill('SIGTERM')).toMatchObject({ exitCode: 0, signal: null })
    expect(await buyer.refuse('market', 'show', url)).toMatchObject({ code: 'chain.unreachable' })
  })
})
