// Spread, from the encrypted squares that the listing sells (`wage*wage`): as NumPy's var and std, ddof 0 unless you say 1.
const wage = data.col('wage')

export default {
  mean: wage.mean(),
  variance: wage.var(),
  deviation: wage.std(),
  sampleDeviation: wage.std(null, 1),
  variation: wage.std() / wage.mean(),
}
