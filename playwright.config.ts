import { defineConfig } from '@playwright/test'

/** The window in the real Electron; scripts/run-electron-tests.ts builds it first and says where the binary is. */
export default defineConfig({
  testDir: 'test/electron',
  timeout: 60_000,
  retries: 0,
  workers: 1,
  forbidOnly: true,
})
