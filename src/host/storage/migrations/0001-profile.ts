/** settings, secrets, networks */
export const profile = `
`
