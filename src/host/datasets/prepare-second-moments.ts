import type { JobOptions } from '../../engine/engine.ts'
import type { DatasetService } from './dataset-service.ts'
import type { SecondMoments } from './import-report.ts'
import type { SecondMomentOptions } from './offer-second-moments.ts'

/**
 * Makes a dataset's second moments, where it has none yet, and encrypts what then is not encrypted: the table with them, and its test
 * data. A dataset that was encrypted without goes on as an earlier version of itself (docs/adr/0401); its key's length is kept.
 */
export const prepareSecondMoments = async (
  datasets: DatasetService, name: string, options: SecondMomentOptions, job: JobOptions = {},
): Promise<SecondMoments> => {
  const { data, report: { secondMoments } } = datasets.show(name)
  const made = secondMoments ?? datasets.addSecondMoments(name, options)
  const { minRows } = options
  datasets.createTestData(name, minRows === undefined || datasets.show(name).testRows !== null ? {} : { minRows })
  const encryption = data === null ? job : { ...job, keyBits: data.keyBits }
  await datasets.encrypt(name, encryption)
  await datasets.encryptTestData(name, encryption)
  return made
}
