/** Builds the window and opens it in Electron, where its binary is installed. */
import { findElectronBinary } from '../src/host/doctor/electron-binary.ts'
import { projectRoot, runCommand } from './run-command.ts'

const binary = findElectronBinary()
if (binary === null) {
  console.error('Electron\'s binary is not installed here: `npx install-electron` fetches it.')
  console.error('Everything works without it from the command line: `npm run -s hesystem -- --help`.')
  process.exitCode = 1
} else {
  const built = await runCommand('electron-vite', ['build'])
  if (built.exitCode !== 0) console.error(built.output)
  process.exitCode = built.exitCode === 0 ? (await runCommand(binary, [projectRoot], { show: true })).exitCode : 1
}
