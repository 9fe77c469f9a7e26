import { text } from 'node:stream/consumers'
import { compiler } from './solidity-compiler.ts'

// The part of the native compiler's command line that forge uses. forge hands over the content of every source, so the
// paths it allows and searches do not matter here.
const flags = process.argv.slice(2)
if (flags.includes('--version')) {
  console.log(`solc, the solidity compiler commandline interface\nVersion: ${compiler.version()}`)
} else if (flags.includes('--standard-json')) {
  process.stdout.write(compiler.compile(await text(process.stdin)))
} else {
  throw new Error(`solc-wrapper answers --version and --standard-json, not: ${flags.join(' ')}`)
}
