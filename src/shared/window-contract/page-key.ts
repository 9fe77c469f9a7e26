/** How a browser tab is handed its key: behind the window's address, before its place. */
export const signedInMark = '#signed-in='
/** What a tab's socket speaks, and what it names its key by: a handshake has no other place that a page may fill. */
export const callProtocol = 'hesystem'
export const pageKeyProtocol = 'hesystem.key.'
