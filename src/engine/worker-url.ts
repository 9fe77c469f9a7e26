/** The worker's entry beside this module: TypeScript as it stands in the source tree, `worker.js` in a bundled build. */
export const workerUrl = (): URL => new URL(import.meta.url.endsWith('.js') ? './worker.js' : './worker.ts', import.meta.url)
