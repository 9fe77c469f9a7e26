/** The one channel between the window's page and Electron's main process: over it the page hands out one end of a message port. */
export const windowChannel = 'hesystem:connect'
export type WindowChannel = typeof windowChannel
