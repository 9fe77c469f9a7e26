// The wage explained by schooling and experience: intercept, weights and R², from encrypted second moments. What is decrypted are six
// means and six mean products; solving the equations comes after.
const explaining = data.cols('education', 'experience')
const wage = data.col('wage')

const fit = explaining.leastSquares(wage)
const weights = fit.slice([1, null])
const covariance = explaining.cov(wage, 0)
const explained = weights.dot(covariance.slice([0, 2], [2, 3]).reshape(2))
const rSquared = explained / covariance[2][2]

export default { intercept: fit[0], weights, rSquared }
