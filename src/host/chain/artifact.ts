import { Interface } from 'ethers'
import artifact from '../../../contracts/artifacts/DataMarket.json' with { type: 'json' }

/** The compiled market contract, the only one this program trusts. */
export const marketInterface = new Interface(artifact.abi)
export const marketBytecode: string = artifact.bytecode
/** The same bytes on every chain: the contract has no immutables. */
export const marketDeployedBytecode: string = artifact.deployedBytecode
