import type { MontgomeryMachine } from './montgomery.ts'

/** The register of a base and the power it is raised to, of either sign, not 0. */
export interface PowerTerm {
  readonly register: number
  readonly exponent: bigint
}

/** An accumulator that knows it is still 1, so that the first factor is a copy and squaring 1 costs nothing. */
export const createAccumulator = (machine: MontgomeryMachine, register: number) => {
  let isOne = true
  return {
    square: (times: number): void => {
      for (let i = 0; i < times && !isOne; i += 1) machine.multiply(register, register, register)
    },
    multiply: (factor: number): void => {
      if (isOne) machine.copy(register, factor)
      else machine.multiply(register, register, factor)
      isOne = false
    },
    isOne: (): boolean => isOne,
    finish: (): void => {
      if (isOne) machine.setOne(register)
    },
  }
}
