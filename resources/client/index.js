// What `import … from 'hesystem'` gives. Installed, the package holds JavaScript; in a checkout Node runs the sources as they stand.
const installed = import.meta.url.includes('/node_modules/')
const library = await import(new URL(installed ? '../../dist/client/index.js' : '../../src/client/index.ts', import.meta.url).href)

export const {
  AppError, Tensor, concat, dot, initialize, isAppError, litigation, requestData, requestResult, requestTest, retrieveTestResult,
} = library
