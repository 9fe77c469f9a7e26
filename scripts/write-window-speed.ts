/** A task that held the page's thread, the page it happened on, and the scripts that ran in it. */
export interface LongTask { readonly milliseconds: number, readonly page: string, readonly ran: readonly string[] }

/** How free the page's thread was while something went on. */
export interface Blocked {
  readonly longestMilliseconds: number
  readonly over100: number
  readonly framesPerSecond: number
  readonly tasks: readonly LongTask[]
}

export interface WindowSpeed {
  readonly measuredOn: string
  readonly machine: {
    readonly processor: string
    readonly cores: number
    readonly load: number
    readonly node: string
    readonly browser: string
  }
  readonly milliseconds: Readonly<Record<
    'untilInteractiveFirstTime' | 'untilInteractiveLater' | 'untilEditorReady' | 'practiceMode' | 'untilFirstResultOnTestData', number
  >>
  readonly bundleBytes: Readonly<Record<'all' | 'firstPage' | 'editorAndItsWorkers' | 'fonts', number>>
  readonly scrolling100000Rows: Blocked
  readonly encryptingOnAllWorkers: Blocked
}

const longTaskMilliseconds = 100

const seconds = (milliseconds: number): string => (milliseconds < 1000 ? `${milliseconds} ms` : `${(milliseconds / 1000).toFixed(1)} s`)
const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(2)} MiB`

const describeBlocked = (what: string, { framesPerSecond, longestMilliseconds, over100 }: Blocked): string =>
  `| ${what} | ${framesPerSecond} | ${longestMilliseconds === 0 ? 'none over 50 ms' : `${longestMilliseconds} ms`} | ${over100} |`

const nameLongTasks = ({ scrolling100000Rows, encryptingOnAllWorkers }: WindowSpeed): string => {
  const long = [...scrolling100000Rows.tasks, ...encryptingOnAllWorkers.tasks]
    .filter(({ milliseconds }) => milliseconds > longTaskMilliseconds)
  if (long.length === 0) return `No task held the page for more than ${longTaskMilliseconds} ms.`
  const lines = long.map(({ milliseconds, page, ran }) => `- ${milliseconds} ms on ${page}: ${ran.join(', ') || 'the browser itself'}`)
  return ['What held the page for longer:', '', ...lines].join('\n')
}

/** docs/window-speed.md, from one run of `npm run bench:window`. */
export const writeWindowSpeed = (speed: WindowSpeed): string => {
  const { machine, milliseconds, bundleBytes } = speed
  return `# How fast the window is

Written by \`npm run bench:window\` on ${speed.measuredOn}: the built window in Chromium ${machine.browser}, over the headless host (Node ${machine.node}) and a
practice chain on the same computer, ${machine.processor}, ${machine.cores} cores. Its load average was ${machine.load.toFixed(1)} when the run ended, the run's own work included.

| from | until | |
|---|---|---:|
| the address is opened, in a new profile | the first screen can be used | ${seconds(milliseconds.untilInteractiveFirstTime)} |
| the page is loaded anew | the market can be used | ${seconds(milliseconds.untilInteractiveLater)} |
| the page is loaded anew | the editor can be typed in | ${seconds(milliseconds.untilEditorReady)} |
| *Try it with play money* | chain, wallet, sample seller and editor are there | ${seconds(milliseconds.practiceMode)} |
| the address is opened, in a new profile | the first result on encrypted test data | ${seconds(milliseconds.untilFirstResultOnTestData)} |

| while | frames per second | longest task | tasks over ${longTaskMilliseconds} ms |
|---|---:|---:|---:|
${describeBlocked('100,000 rows are scrolled from end to end', speed.scrolling100000Rows)}
${describeBlocked('the engine encrypts on all workers, the rows are scrolled and four pages opened', speed.encryptingOnAllWorkers)}

${nameLongTasks(speed)}

| what is loaded | size on disk |
|---|---:|
| the first page: script and style | ${mebibytes(bundleBytes.firstPage)} |
| the editor and its workers, when the workspace is opened | ${mebibytes(bundleBytes.editorAndItsWorkers)} |
| fonts | ${mebibytes(bundleBytes.fonts)} |
| all | ${mebibytes(bundleBytes.all)} |
`
}
