// Each row's wage in standard deviations from the mean. The difference is taken on ciphertexts, the division when the answer is read; a
// number per row is a row-level answer.
const wage = data.col('wage')

export default (wage - wage.mean()) / wage.std()
