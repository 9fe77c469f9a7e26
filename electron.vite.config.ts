import react from '@vitejs/plugin-react'
import { defineConfig } from 'electron-vite'
import { join } from 'node:path'

const source = (path: string): string => join(import.meta.dirname, 'src', path)

/**
 * Builds the window: three bundles under out/. Node and the command line need no build (docs/adr/0001). The crypto worker is an
 * entry of its own beside main, because the engine starts it as a file next to the one it runs from.
 */
export default defineConfig({
  main: {
    build: {
      rolldownOptions: {
        input: { index: source('main/index.ts'), worker: source('engine/worker.ts') },
        output: { entryFileNames: '[name].js' },
      },
    },
  },
  preload: {
    build: {
      rolldownOptions: {
        input: { index: source('preload/index.ts') },
        // A sandboxed preload cannot be an ES module.
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: source('renderer'),
    plugins: [react()],
    build: {
      minify: true,
      rolldownOptions: { input: { index: source('renderer/index.html') } },
    },
  },
})
