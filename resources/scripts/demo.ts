// Three answers about the workers of the CPS wages sample,
// computed without seeing a single row of it.
//
// `data` is the encrypted table: one row per worker, one column per variable.
// It behaves as a NumPy array would, except that its numbers stay hidden:
// only the answer you export at the end is decrypted, once.

// The average hourly wage over all workers: one number.
const meanWage = data.col('wage').mean()

// The average of every column: axis 0 runs over the rows.
// For a column coded 0/1, such as union, the average is a share.
const meanByColumn = data.mean(0)

// A score per worker from schooling and experience (in years), weighted
// 70 : 30, and its average. The weights are yours and plain.
const scores = data.cols('education', 'experience').dot([0.7, 0.3])
const weightedScore = scores.mean()

export default { meanWage, meanByColumn, weightedScore }
