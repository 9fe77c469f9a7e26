import { describe, expect, it } from 'vitest'
import { createMutants, nameMutant } from '../campaigns/mutation/mutants.ts'
import { listMutants, openMutationBench } from '../campaigns/mutation/run-mutant.ts'
import { createChance, createSeed } from './support/chance.ts'

// The long form is `npm run campaign:mutation`: every mutant.
const seed = process.env['HESYSTEM_SEED'] ?? createSeed()

describe('the contract broken on purpose', () => {
  it('has a mutant for each operator, state, party and statement of a line', () => {
    const lines = createMutants('A.sol', '        if (msg.sender != purchase.buyer) revert NotTheBuyer();\n        purchase.state = State.Paid;\n')
    expect(lines.map(nameMutant)).toEqual([
      'A.sol:1 `if (msg.sender != purchase.buyer) revert NotTheBuyer();` → `if (msg.sender == purchase.buyer) revert NotTheBuyer();`',
      'A.sol:1 `if (msg.sender != purchase.buyer) revert NotTheBuyer();` → `if (msg.sender != purchase.seller) revert NotTheBuyer();`',
      'A.sol:1 `if (msg.sender != purchase.buyer) revert NotTheBuyer();` → `if (address(this) != purchase.buyer) revert NotTheBuyer();`',
      'A.sol:1 `if (msg.sender != purchase.buyer) revert NotTheBuyer();` → left out',
      'A.sol:2 `purchase.state = State.Paid;` → `purchase.state = State.Requested;`',
      'A.sol:2 `purchase.state = State.Paid;` → left out',
    ])
  })

  it(`is caught where an event is left out (seed ${seed})`, () => {
    const silent = listMutants().filter(({ from, to }) => to === '' && from.trim().startsWith('emit '))
    expect(silent.length).toBeGreaterThan(15)
    const mutant = createChance(seed).pick(silent)
    const bench = openMutationBench()
    try {
      expect(`${bench.judge(mutant)}: ${nameMutant(mutant)}`).toBe(`caught by hand: ${nameMutant(mutant)}`)
    } finally {
      bench.close()
    }
  }, 300_000)
})
