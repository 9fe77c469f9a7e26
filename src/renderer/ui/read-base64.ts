/** A file's bytes as they cross to the shell. */
export const readBase64 = (file: File): Promise<string> => new Promise((resolve, reject) => {
  const reader = new FileReader()
  reader.onload = () => { resolve(typeof reader.result === 'string' ? reader.result.split(',')[1] ?? '' : '') }
  reader.onerror = () => { reject(reader.error ?? new Error('The file could not be read.')) }
  reader.readAsDataURL(file)
})
