/**
 * The number of the rules by which versions of a table are judged now. What was listed by earlier ones is judged again before it answers.
 */
export const judgeRules = 1
