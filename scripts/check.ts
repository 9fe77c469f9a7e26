/** Types, lint and layers, two at a time; every failure is shown, not just the first. Ends with `N passed, N failed`. */
import { runCommand } from './run-command.ts'

const steps: readonly { readonly name: string, readonly command: string, readonly args: readonly string[] }[] = [
  { name: 'lint', command: 'eslint', args: ['.', '--max-warnings', '0'] },
  { name: 'types of the Node rooms', command: 'tsc', args: ['-p', 'tsconfig/node.json'] },
  { name: 'types of the pure rooms', command: 'tsc', args: ['-p', 'tsconfig/pure.json'] },
  { name: 'types of script', command: 'tsc', args: ['-p', 'tsconfig/script.json'] },
  { name: 'types of the renderer', command: 'tsc', args: ['-p', 'tsconfig/renderer.json'] },
  { name: 'layers', command: 'depcruise', args: ['src', 'test', 'scripts'] },
]

const waiting = [...steps]
let failed = 0

const work = async (): Promise<void> => {
  for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) {
    const { exitCode, output, seconds } = await runCommand(step.command, step.args)
    console.log(`${exitCode === 0 ? 'ok    ' : 'failed'}  ${step.name}  ${seconds.toFixed(1)} s`)
    if (exitCode !== 0) {
      failed += 1
      console.log(output.trimEnd())
    }
  }
}

await Promise.all([work(), work()])
console.log(`${steps.length - failed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
