// The largest and the smallest wage, and who has them: a knock-out of one comparison fewer than there are workers for each, and nothing
// more to know the place of the winner. What won stays encrypted; only the two wages are decrypted.
const wage = data.col('wage')

export default { largest: wage.max(), whoEarnsMost: wage.argmax(), smallest: wage.min(), whoEarnsLeast: wage.argmin() }
