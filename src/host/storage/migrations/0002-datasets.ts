/** tables, columns, ciphertext chunks */
export const datasets = `
`
