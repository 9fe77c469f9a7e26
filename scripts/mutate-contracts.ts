import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { projectRoot } from './solidity-compiler.ts'

// node scripts/mutate-contracts.ts [NAME]: breaks the market in one place at a time, in a copy, and sees each break caught, once
// by the hand-written tests and once by the random campaign alone. Ends with 0 only if all are.

interface Mutant {
  readonly name: string
  readonly file: 'DataMarket.sol' | 'PullLedger.sol'
  readonly from: string
  readonly to: string
  /** False where no random call of ours can notice: the reason stands beside it. */
  readonly random: boolean
}

const market = (name: string, from: string, to: string): Mutant => ({ name, file: 'DataMarket.sol', from, to, random: true })

const mutants: readonly Mutant[] = [
  market('delivery-and-litigation-in-one-second', 'if (block.timestamp <= deadline) revert NotYet', 'if (block.timestamp < deadline) revert NotYet'),
  market('deadline-a-second-short', 'if (block.timestamp > deadline) revert TooLate(deadline);\n    }', 'if (block.timestamp >= deadline) revert TooLate(deadline);\n    }'),
  market('purchase-after-its-deadline', 'if (block.timestamp > deadline) revert TooLate(deadline);\n        if (!listing', 'if (!listing'),
  market('terms-not-compared', 'if (termsHash != actual)', 'if (termsHash == 0)'),
  market('closed-listing-sells', 'if (!listing.open) revert ListingIsClosed(listingId);\n        Terms memory', 'Terms memory'),
  market('overpayment-kept', 'if (msg.value != totalWei)', 'if (msg.value < totalWei)'),
  market('bond-not-checked', 'if (msg.value != bondWei)', 'if (msg.value > bondWei)'),
  market('interaction-paid-twice', 'if (purchase.interactionOpened) revert InteractionAlreadyOpen(purchaseId);', ''),
  market('interaction-refunded', '_payOut(purchaseId, purchase, purchase.seller, feeWei);', ''),
  market('seller-declines-for-anyone', '_purchaseOfSeller(purchaseId);\n        _requireState(purchaseId, purchase, State.Requested);\n        uint256 refundWei', '_existingPurchase(purchaseId);\n        _requireState(purchaseId, purchase, State.Requested);\n        uint256 refundWei'),
  market('any-request-answered', 'if (requestHash != purchase.requestHash)', 'if (requestHash == 0)'),
  market('endless-answer', 'sealedAnswer.length > MAXIMUM_ANSWER_BYTES', 'sealedAnswer.length > 2 * MAXIMUM_ANSWER_BYTES'),
  market('paid-without-delivery (2020)', '_requireState(purchaseId, purchase, State.Delivered);\n        _requireAfterDeadline(purchase);', '_requireAfterDeadline(purchase);'),
  market('guarantee-kept (2020)', '_payOut(purchaseId, purchase, purchase.buyer, purchase.terms.guarantee);\n        _payOut(purchaseId, purchase, purchase.seller, purchase.heldWei);\n    }', '_payOut(purchaseId, purchase, purchase.seller, purchase.heldWei - purchase.terms.guarantee);\n    }'),
  market('stranger-rules', 'if (msg.sender != arbiter) revert', 'if (arbiter == address(0)) revert'),
  market('arbiter-paid-both-deposits', '_payOut(purchaseId, purchase, arbiter, purchase.terms.guarantee);', '_payOut(purchaseId, purchase, arbiter, 2 * purchase.terms.guarantee);'),
  market('ruling-for-the-wrong-side', 'forBuyer ? purchase.buyer : purchase.seller', 'forBuyer ? purchase.seller : purchase.buyer'),
  market('dispute-closed-before-the-ruling', 'if (purchase.terms.arbiter != address(0)) _requireAfterDeadline(purchase);', ''),
  market('one-deposit-burned', '2 * uint256(purchase.terms.guarantee);', 'uint256(purchase.terms.guarantee);'),
  market('odd-wei-to-the-buyer', 'purchase.heldWei / 2);', '(purchase.heldWei + 1) / 2);'),
  market('settled-twice', '_close(purchase, State.Settled);\n        _payOut(purchaseId, purchase, purchase.buyer, purchase.terms.guarantee);', '_payOut(purchaseId, purchase, purchase.buyer, purchase.terms.guarantee);'),
  market('stranger-reprices', 'Listing storage listing = _listingOfCaller(listingId);\n        _checkTerms(terms);', 'Listing storage listing = _existingListing(listingId);\n        _checkTerms(terms);'),
  { ...market('guarantee-below-half', '(uint256(terms.value) + 1) / 2', 'uint256(terms.value) / 2'), random: false }, // it lists sound terms only
  { name: 'credit-kept-after-withdrawal', file: 'PullLedger.sol', from: '_balances[msg.sender] = 0;', to: '', random: true },
  { name: 'withdrawal-of-anothers-credit', file: 'PullLedger.sol', from: 'uint256 amountWei = _balances[msg.sender];', to: 'uint256 amountWei = _balances[to];', random: true },
  // The random receivers are paid or refuse; only the hand-written ones call back.
  { name: 'no-reentrancy-guard', file: 'PullLedger.sol', from: 'private nonReentrant {', to: 'private {', random: false },
]

const createCopy = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'hesystem-mutants-'))
  for (const name of ['contracts', 'scripts', 'foundry.toml']) {
    cpSync(join(projectRoot, name), join(folder, name), { recursive: true, filter: (path) => !/contracts\/(out|cache)$/.test(path) })
  }
  symlinkSync(join(projectRoot, 'node_modules'), join(folder, 'node_modules'))
  return folder
}

/** Whether the tests that match fail on the copy. A mutant that does not compile is an error, not a catch. */
const isCaught = (folder: string, options: readonly string[]): boolean => {
  const forge = join(projectRoot, 'node_modules/@foundry-rs/forge-linux-amd64/bin/forge')
  const env = { ...process.env, FOUNDRY_INVARIANT_RUNS: '40', FOUNDRY_INVARIANT_SHRINK_RUN_LIMIT: '0' }
  const { stdout, stderr, status } = spawnSync(forge, ['test', '--root', folder, ...options], { env, encoding: 'utf8' })
  if (!/\d+ total tests/.test(stdout)) throw new Error(`no tests ran:\n${stdout}${stderr}`)
  return status !== 0
}

const asked = process.argv[2]
const folder = createCopy()
let missed = 0
for (const { name, file, from, to, random } of mutants.filter((mutant) => asked === undefined || mutant.name.startsWith(asked))) {
  const path = join(folder, 'contracts', file)
  const sound = readFileSync(path, 'utf8')
  if (sound.split(from).length !== 2) throw new Error(`${name}: its text stands ${sound.split(from).length - 1} times in ${file}, not once`)
  writeFileSync(path, sound.replace(from, to))
  const byHand = isCaught(folder, ['--no-match-contract', 'InvariantsTest'])
  const byChance = !random || isCaught(folder, ['--match-contract', 'InvariantsTest'])
  writeFileSync(path, sound)
  if (!byHand || !byChance) missed += 1
  console.log(`${byHand && byChance ? 'caught' : 'MISSED'}  ${name}${byHand ? '' : ', not by hand'}${byChance ? '' : ', not by chance'}`)
}
rmSync(folder, { recursive: true, force: true })
console.log(missed === 0 ? 'every break was caught' : `${missed} breaks were not caught`)
process.exitCode = missed === 0 ? 0 : 1
