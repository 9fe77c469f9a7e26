/**
 * Every error code of the program, in one place. A code is `family.what-happened` and never changes its meaning.
 * `status` is the HTTP status of the problem document (RFC 9457); `next` tells a person what would work.
 * Families: input, access, crypto, policy, chain, escrow, runtime, store, bug.
 */
interface ErrorEntry {
  readonly status: number
  readonly next: string
}

const defineErrorCodes = <T extends Record<`${Family}.${string}`, ErrorEntry>>(codes: T): T => codes

export type Family = 'input' | 'access' | 'crypto' | 'policy' | 'chain' | 'escrow' | 'runtime' | 'store' | 'bug'

export const errorCodes = defineErrorCodes({
  // input: what somebody typed, uploaded or sent
  'input.invalid': { status: 400, next: 'Correct the named value and try again.' },
  'input.not-found': { status: 404, next: 'Check the name or id; the matching list command shows what there is.' },
  'input.tensor-value': { status: 400, next: 'Give finite numbers, or nested arrays of them.' },
  'input.tensor-shape': { status: 400, next: 'Make the shapes agree, as NumPy would ask: axes are matched from the last, and an axis of 1 stretches.' },
  'input.tensor-index': { status: 400, next: 'Use an index, axis or column name the tensor has; negative ones count from the end.' },
  'input.tensor-overflow': { status: 400, next: 'Use smaller or fewer digits, or a dataset under a longer key.' },
  'input.tensor-too-large': { status: 400, next: 'Compute less at once: select rows or columns first, or sum before combining.' },
  'input.tensor-division-by-zero': { status: 400, next: 'Divide by something other than zero.' },
  'input.tensor-not-additive': { status: 400, next: 'Use plain numbers on one side, or combine the answers after decryption.' },
  'input.tensor-mixed': { status: 400, next: 'Use tensors of one dataset, under one key, in one answer.' },
  'input.answer-invalid': { status: 400, next: 'Export numbers, strings, booleans, null, tensors, or arrays and plain objects of these.' },
  'input.program-not-canonical': { status: 400, next: 'Send the program as this version of HEsystem derives it from the script.' },
  'input.passphrase-too-short': { status: 400, next: 'Choose a passphrase of at least 12 characters.' },
  'input.secret-store-mismatch': { status: 409, next: 'Leave the secret store out, or make a new profile with another --home.' },
  'input.private-key-invalid': { status: 400, next: 'Give the 64 hex digits of an Ethereum private key, with or without 0x.' },
  'input.mnemonic-invalid': { status: 400, next: 'Give the 12 to 24 words of a BIP-39 phrase in English, in their order.' },
  'input.keystore-invalid': { status: 400, next: 'Give an unchanged keystore JSON file (version 3) and its password.' },
  'input.address-mismatch': { status: 400, next: 'Check which of the two is right: the address must be the one that belongs to the private key.' },
  'input.legacy-file-invalid': { status: 400, next: 'Write the named field as plain data, for example `name = value` on a line of its own.' },
  'input.network-invalid': { status: 400, next: 'Correct the named field; `hesystem network add --help` shows what is expected.' },
  'input.network-exists': { status: 409, next: 'Choose another name, or switch to the existing network with `hesystem network use`.' },
  'input.setting-invalid': { status: 400, next: 'Correct the named setting.' },
  'input.tensor-chunk-invalid': { status: 422, next: 'Download the chunk again; if it stays wrong, the seller is not serving what the listing commits to.' },
  'input.manifest-invalid': { status: 422, next: 'Fetch the manifest again; if it stays wrong, the seller is not serving what the listing commits to.' },
  'input.script-import': { status: 400, next: 'Leave the import out: write the script so that `data` and `listing` are all it needs.' },
  'input.script-no-answer': { status: 400, next: 'End the script with `export default` and the answer it computed.' },
  'input.script-syntax': { status: 400, next: 'Correct the script at the line and column given.' },
  'input.script-threw': { status: 400, next: 'Correct the script at the line given.' },
  'input.details-invalid': { status: 422, next: 'Ask the seller: the details document of this listing is not one this version can read.' },
  'input.url-invalid': { status: 400, next: 'Give the http(s) address of a listing, as the seller published it.' },
  'input.already-exists': { status: 409, next: 'Choose another name.' },
  'input.program-invalid': { status: 400, next: 'Send the program as HEsystem derives it from a script for this listing.' },
  'input.body-too-large': { status: 413, next: 'Send less at once.' },
  'input.not-json': { status: 415, next: 'Send JSON with content-type application/json.' },
  'input.csv-unreadable': { status: 400, next: 'Check the path and that the file is text: a table of separated values.' },
  'input.csv-too-large': { status: 413, next: 'Split the file, or leave out the columns nobody will compute with.' },
  'input.csv-malformed': { status: 400, next: 'Mend the quotation marks around the named line; a mark inside a cell is written twice.' },
  'input.csv-ragged': { status: 400, next: 'Give the named row as many cells as the header; a separator inside a cell needs quotation marks around the cell.' },
  'input.csv-header-empty': { status: 400, next: 'Name the column in the first row, or remove it.' },
  'input.csv-header-duplicate': { status: 400, next: 'Rename one of the two columns.' },
  'input.csv-header-missing': { status: 400, next: 'Put the columns\' names in the first row.' },
  'input.csv-header-invalid': { status: 400, next: 'Shorten the name, or leave out columns with --exclude.' },
  'input.csv-no-rows': { status: 400, next: 'Import a file with at least one complete row, or choose --missing mean or median.' },
  'input.csv-no-numeric-columns': { status: 400, next: 'Import a table with at least one column of numbers, or of words that repeat.' },
  'input.csv-unknown-column': { status: 400, next: 'Spell the column as the file\'s first row does.' },
  'input.csv-not-a-number': { status: 400, next: 'Correct the named cell, empty it and choose how to treat missing values, or leave the column out with --exclude.' },
  'input.csv-number-out-of-range': { status: 400, next: 'Correct the named cell or empty it; very large or fine values need another unit.' },
  'input.csv-missing-values': { status: 400, next: 'Fill the cells, or choose --missing drop, mean or median.' },
  'input.bounds-invalid': { status: 400, next: 'Give finite bounds that enclose every value of the column, or leave them out.' },
  'input.dataset-name-invalid': { status: 400, next: 'Use 1 to 64 letters, digits, dots, hyphens and underscores, beginning with a letter or digit.' },
  'input.dataset-exists': { status: 409, next: 'Choose another name, or remove the dataset first with `hesystem dataset remove`.' },
  'input.dataset-in-use': { status: 409, next: 'Close the listing that sells answers from this dataset first.' },
  'input.dataset-busy': { status: 409, next: 'Wait until the encryption is done, or stop it.' },
  'input.dataset-encrypted': { status: 409, next: 'Leave out the key length or give the one named; for another, remove the dataset and import it anew.' },
  'input.dataset-not-encrypted': { status: 409, next: 'Encrypt it first: `hesystem dataset encrypt NAME`, and `hesystem dataset test-data NAME` for the test data.' },
  'input.test-data-missing': { status: 409, next: 'Make it with `hesystem dataset test-data NAME`.' },
  'input.test-data-exists': { status: 409, next: 'Keep the test data there is, or remove the dataset and import it anew.' },
  'input.test-rows-invalid': { status: 400, next: 'Ask for a number of rows within the named range.' },

  // access: who may do what
  'access.unauthenticated': { status: 401, next: 'Sign in with the wallet that bought the listing and send its bearer token.' },
  'access.forbidden': { status: 403, next: 'Use the wallet that owns this purchase.' },
  'access.keychain-unavailable': { status: 503, next: 'Unlock or install the system keychain (Linux: libsecret and a Secret Service), or make a new profile with the passphrase store.' },
  'access.passphrase-needed': { status: 401, next: 'Type the passphrase when asked, or name a file that holds it in HESYSTEM_PASSPHRASE_FILE.' },
  'access.wrong-passphrase': { status: 401, next: 'Type the passphrase this profile was made with.' },
  'access.data-key-missing': { status: 401, next: 'Bring back the keychain or keystore.json this profile was made with, or restore a backup into a new --home; nothing has been changed.' },
  'access.wallet-missing': { status: 409, next: 'Create a wallet with `hesystem wallet create` or bring one with `hesystem wallet import`.' },
  'access.wallet-exists': { status: 409, next: 'Export and remove the present wallet first, or use another --home.' },
  'access.mnemonic-missing': { status: 409, next: 'Export the private key as a keystore file instead.' },
  'access.sign-in-failed': { status: 401, next: 'Ask for a fresh challenge and sign exactly that.' },
  'access.request-mismatch': { status: 409, next: 'Send the request, program and result whose hashes were signed and stand on the contract.' },
  'access.foreign-challenge': { status: 401, next: 'Do not sign it; tell the seller, or leave this server alone.' },
  'access.too-many-requests': { status: 429, next: 'Wait a minute and try again.' },
  'access.wrong-host': { status: 421, next: 'Use the address the seller published.' },
  'access.foreign-origin': { status: 403, next: 'Open the seller\'s own address; other web pages may not call it.' },
  'access.insecure-address': { status: 400, next: 'Listen on 127.0.0.1, or put a TLS proxy in front and name it with --public-url https://….' },

  // crypto: keys, ciphertexts, encodings
  'crypto.plaintext-out-of-range': { status: 422, next: 'Use smaller numbers or a longer key.' },
  'crypto.value-out-of-range': { status: 422, next: 'Correct or exclude the named row, or round the column to fewer digits.' },
  'crypto.decryption-check-failed': { status: 500, next: 'Try again; if it happens twice, check this machine\'s memory.' },
  'crypto.randomness-failed': { status: 500, next: 'Restart the machine: its random generator is broken, and nothing was encrypted with it.' },
  'crypto.invalid-argument': { status: 400, next: 'Correct the named argument.' },
  'crypto.invalid-ciphertext': { status: 400, next: 'Download the ciphertexts again; one of them is not a ciphertext under this key.' },
  'crypto.unsealing-failed': { status: 500, next: 'The sealed bytes were changed or belong to another place or key; restore the profile from a backup.' },
  'crypto.receipt-mismatch': { status: 409, next: 'Compare the two receipts: they tell of different trades, or of different moments of one.' },
  'crypto.low-order-key': { status: 400, next: 'Make a fresh one-time key and ask again.' },
  'crypto.invalid-signature': { status: 400, next: 'Sign again with the wallet named in the document.' },
  'crypto.sealed-answer-invalid': { status: 422, next: 'Check that this is the purchase\'s own one-time secret; if it is, dispute the purchase.' },
  'crypto.invalid-answer': { status: 502, next: 'Dispute the purchase: these bytes are not an answer.' },
  'crypto.invalid-key': { status: 422, next: 'Do not buy: no answer under such a key can be trusted.' },

  // policy: what a listing answers
  'policy.refused': { status: 422, next: 'Change the script so that it keeps to the listing\'s policy; `hesystem check` tells for free.' },
  'policy.wrong-dataset': { status: 422, next: 'Derive the program from the dataset of this listing.' },
  'policy.condition': { status: 422, next: 'Answer with a smaller tensor: each axis may be at most the data\'s axis divided by the condition.' },
  'policy.answer-cells': { status: 422, next: 'Ask for fewer numbers in one answer.' },
  'policy.answer-bits': { status: 422, next: 'Use weights of fewer digits, or of more similar size.' },
  'policy.min-rows': { status: 422, next: 'Give whole groups of rows the same weights: each group must have at least the listing\'s smallest number of rows.' },
  'policy.result-mismatch': { status: 422, next: 'Compute again from freshly downloaded data, with the program that is sent.' },
  'policy.answer-out-of-bounds': { status: 422, next: 'Nothing was released; ask for smaller numbers.' },

  // chain: the network and its transactions
  'chain.unreachable': { status: 503, next: 'Check the RPC URL and that the network can be reached, then try again.' },
  'chain.rpc-failed': { status: 502, next: 'Try again; if it goes on, use another RPC URL for this network.' },
  'chain.wrong-chain': { status: 409, next: 'Choose the network that this RPC URL belongs to, or correct its chain id.' },
  'chain.wrong-contract': { status: 409, next: 'Correct the network\'s contract address, or deploy a market contract with `hesystem contract deploy`.' },
  'chain.no-practice-chain': { status: 501, next: 'Install Foundry\'s `anvil` so that it is on the PATH, or use a network that is already running.' },
  'chain.practice-chain-failed': { status: 500, next: 'Try another port; the message holds what the practice chain said.' },
  'chain.insufficient-funds': { status: 402, next: 'Send ether to this wallet on this network, then try again; nothing was signed.' },
  'chain.unsupported-fees': { status: 501, next: 'Use a network with EIP-1559 fees.' },
  'chain.cost-above-limit': { status: 409, next: 'Try again when fees are lower, or allow a higher limit; nothing was signed.' },
  'chain.key-reused': { status: 409, next: 'Look at the earlier transaction: this step was already sent with other contents.' },
  'chain.not-confirmed': { status: 504, next: 'Wait and start the step again: the same signed transaction is followed up, never a second one.' },
  'chain.transaction-refused': { status: 502, next: 'Start the step again later: the signed transaction is kept and sent again as it is.' },
  'chain.nothing-to-retry': { status: 409, next: 'Look at the transaction list: only a failed step can be tried again.' },
  'chain.network-dead': { status: 400, next: 'Choose a living network, such as Sepolia (chain id 11155111), and give its RPC URL.' },
  'chain.network-missing': { status: 409, next: 'Choose a network with `hesystem network use`, or start `hesystem chain practice`.' },

  // escrow: the contract's rules
  'escrow.wrong-state': { status: 409, next: 'Look at the purchase: this move is not possible in its present state.' },
  'escrow.reverted': { status: 409, next: 'Look at the purchase or listing: the contract refused this move.' },
  'escrow.not-found': { status: 404, next: 'Check the number, and wait until it has its confirmations on the chain.' },
  'escrow.not-permitted': { status: 403, next: 'Use the wallet of the party that may make this move.' },
  'escrow.wrong-time': { status: 409, next: 'Look at the purchase\'s deadlines and try again when the move is open.' },
  'escrow.wrong-terms': { status: 422, next: 'Correct the terms so that they keep to the contract\'s rules.' },
  'escrow.terms-changed': { status: 409, next: 'Read the listing again: its terms have changed since you looked.' },
  'escrow.listing-closed': { status: 409, next: 'Choose another listing, or ask the seller to open this one again.' },
  'escrow.wrong-payment': { status: 409, next: 'Pay exactly what the terms name.' },
  'escrow.wrong-request': { status: 409, next: 'Use the request that stands on the chain for this purchase.' },
  'escrow.answer-too-long': { status: 422, next: 'Ask for fewer cells: a sealed answer has at most 8192 bytes.' },
  'escrow.nothing-to-withdraw': { status: 409, next: 'There is no balance to pay out for this wallet.' },
  'escrow.transfer-failed': { status: 409, next: 'Withdraw to another address: this one does not take ether.' },
  'escrow.not-confirmed': { status: 425, next: 'Wait for the next blocks and try again; nothing is lost.' },
  'escrow.not-delivered': { status: 425, next: 'Wait; if the delivery deadline passes, litigate and the money comes back.' },
  'escrow.delivery-missed': { status: 409, next: 'Litigate: `hesystem litigate PURCHASE` brings the money back.' },
  'escrow.second-request': { status: 409, next: 'One purchase buys one answer; buy again for another.' },
  'escrow.not-listed': { status: 422, next: 'Do not pay: ask the seller for the address of the listing as published.' },
  'escrow.refunded': { status: 410, next: 'Withdraw the refund with `hesystem wallet withdraw`; buy again if you still want the answer.' },
  'escrow.costs-more': { status: 409, next: 'Look at the listing\'s price and raise --max-total if you agree to it.' },

  // runtime: this machine
  'runtime.worker-died': { status: 503, next: 'Start it again; the worker was replaced.' },
  'runtime.backend-unavailable': { status: 500, next: 'Choose the backend `bigint`, which works everywhere, or none, and the fastest that works is taken.' },
  'runtime.engine-closed': { status: 503, next: 'Start the program again; it was shutting down.' },
  'runtime.cancelled': { status: 499, next: 'Start it again; finished work is kept.' },
  'runtime.script-crashed': { status: 500, next: 'Simplify the script near the end of what it did; the sandbox it ran in was thrown away.' },
  'runtime.script-out-of-memory': { status: 413, next: 'Let the script hold less at once; large arrays belong in `data`, not in the script.' },
  'runtime.script-timeout': { status: 408, next: 'Look for a loop that does not end, or let tensor methods do the work of the loop.' },
  'runtime.script-too-much-work': { status: 413, next: 'Use one operation on the whole tensor instead of many on its cells.' },
  'runtime.seller-unreachable': { status: 503, next: 'Try again later: nothing is lost, and what was done is kept. If a delivery deadline passes meanwhile, litigate.' },
  'runtime.seller-misbehaved': { status: 502, next: 'Tell the seller; litigate if an answer is due and does not come.' },
  'runtime.not-downloaded': { status: 409, next: 'Compute again: it downloads what is missing.' },
  'runtime.port-unavailable': { status: 409, next: 'Choose another port with --port, or stop what listens there.' },

  // store: the profile's files
  'store.corrupt': { status: 500, next: 'Restore the profile from a backup.' },
  'store.busy': { status: 503, next: 'Another HEsystem is making this profile; wait a moment and try again.' },
  'store.unsafe-home': { status: 400, next: 'Give a folder of its own as --home, or make the folder private (chmod 700).' },

  'store.newer-version': { status: 500, next: 'Open this profile with the HEsystem that wrote it, or a newer one.' },
  'store.unwritable': { status: 500, next: 'Check that the folder exists, belongs to you and has free space.' },

  // bug: ours
  'bug.unexpected': { status: 500, next: 'Please report this with the log; nothing you did should cause it.' },
})

export type ErrorCode = keyof typeof errorCodes
