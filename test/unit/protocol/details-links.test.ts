import { describe, expect, it } from 'vitest'
import { detailsSchema } from '../../../src/shared/schemas/details.ts'

describe('the links of a details document', () => {
  const { shape } = detailsSchema

  it('are paths on the seller\'s own server', () => {
    for (const link of ['/v1/listings/wages-1', '/v1/purchases/:id/data', '/a~b/%20']) expect(shape.test_link.safeParse(link).success, link).toBe(true)
  })

  it('name no other host, in any spelling that a URL parser takes for one', () => {
    for (const link of ['//127.0.0.1:19999/admin', '/\\\\10.0.0.1/x', 'http://10.0.0.1/', '/\t/10.0.0.1', '/ /x', '/x?admin=1', '/x#y', '']) {
      for (const name of ['meta_link', 'test_link', 'test_result_link', 'data_link', 'result_link'] as const) {
        expect(shape[name].safeParse(link).success, `${name} ${link}`).toBe(false)
      }
    }
  })
})
