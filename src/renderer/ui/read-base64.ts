/** A file's bytes, or a piece of them, as they cross to the shell. */
export const readBase64 = (file: Blob): Promise<string> => new Promise((resolve, reject) => {
  const reader = new FileReader()
  reader.onload = () => { resolve(typeof reader.result === 'string' ? reader.result.split(',')[1] ?? '' : '') }
  reader.onerror = () => { reject(reader.error ?? new Error('The file could not be read.')) }
  reader.readAsDataURL(file)
})
