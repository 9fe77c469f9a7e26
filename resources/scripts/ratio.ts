// Ratios of totals. Additive encryption cannot divide one encrypted number by another: both totals are decrypted, and the division is
// done when the answer is read. The gauge counts both.
const wage = data.col('wage')
const education = data.col('education')

export default {
  wagePerYearOfSchooling: wage.sum() / education.sum(),
  experienceOverAge: data.col('experience').mean() / data.col('age').mean(),
}
