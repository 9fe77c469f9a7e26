// The share of workers above a threshold, and what they earn together: one comparison a worker gives a mask of 0 and 1, with which everything is
// linear again, so that the sum is taken on ciphertexts. (In the sample of 1985, `union` is 1 for those outside a union.)
const wage = data.col('wage')
const isAbove = wage > 10

export default {
  share: isAbove.mean(),
  meanAbove: (isAbove * wage).sum() / isAbove.sum(),
  unionShareAbove: (isAbove * data.col('union')).sum() / isAbove.sum(),
}
