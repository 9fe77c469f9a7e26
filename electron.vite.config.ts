import react from '@vitejs/plugin-react'
import { defineConfig } from 'electron-vite'
import { join } from 'node:path'

const source = (path: string): string => join(import.meta.dirname, 'src', path)

/**
 * Builds the window: three bundles under out/. Node and the command line need no build (docs/adr/0001). The workers for ciphertexts,
 * scripts, tables and judgements are entries of their own beside main, because they are started as files next to the one that runs.
 */
export default defineConfig({
  main: {
    build: {
      rolldownOptions: {
        input: {
          index: source('main/index.ts'),
          worker: source('engine/worker.ts'),
          'script-worker': source('host/scripts/script-worker.ts'),
          'judge-worker': source('host/judging/judge-worker.ts'),
          'table-worker': source('host/datasets/table-worker.ts'),
        },
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
