import { registerHooks } from 'node:module'
import { isMainThread } from 'node:worker_threads'

// Loaded into every process of a demo by NODE_OPTIONS; acts in the seller's `serve` only: what is decrypted goes out changed.
if (isMainThread && process.argv.includes('serve')) {
  registerHooks({
    resolve: (specifier, context, next) => (specifier.endsWith('/answer-codec.ts') && context.parentURL?.endsWith('/answer-request.ts') === true
      ? { url: new URL('./lying-answer-codec.ts', import.meta.url).href, shortCircuit: true }
      : next(specifier, context)),
  })
}
