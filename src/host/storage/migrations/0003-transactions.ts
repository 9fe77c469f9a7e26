/** every chain move, written down before it is sent */
export const transactions = `
`
