/** listings, sales, purchases, receipts */
export const trade = `
`
