/** The parameters of methods that NumPy lets one name, in their places. */
export const parameters: Readonly<Record<string, readonly string[]>> = {
  sum: ['axis'], mean: ['axis'], max: ['axis'], min: ['axis'], argmax: ['axis'], argmin: ['axis'], median: ['axis'], sort: ['axis'],
  quantile: ['q', 'axis'], var: ['axis', 'ddof'], std: ['axis', 'ddof'], cov: ['other', 'ddof'], corr: ['other'],
  concat: ['others', 'axis'], where: ['condition', 'other'], round: ['decimals'],
}

/** Of a method of a script's; none for one that is not listed. */
export const parametersOf = (method: string): readonly string[] => (Object.hasOwn(parameters, method) ? parameters[method] ?? [] : [])
