import { createHash, X509Certificate } from 'node:crypto'
import { z } from 'zod'
import { parseJsonAs } from '../../shared/parse.ts'
import type { SecretStore } from '../secrets/types.ts'

/** The seller's own certificate for serving a network without a name: nobody vouches for it but the listing that pins it (S24). */
export interface TlsIdentity {
  readonly certificate: string
  readonly key: string
  /** SHA-256 of the certificate's DER, as a listing's `tls.certificateHash` names it. */
  readonly certificateHash: string
}

export interface TlsIdentities {
  /** The profile's certificate, made at the first call and kept in its secret store: what is pinned must not change. */
  get(): Promise<TlsIdentity>
}

const entry = 'tls/serving'
const validYears = 20
const storedSchema = z.strictObject({ certificate: z.string(), key: z.string() })
type Stored = z.infer<typeof storedSchema>

/** As buyers compute it from what the server shows. */
export const hashCertificate = (der: Uint8Array): string => `0x${createHash('sha256').update(der).digest('hex')}`

const identityOf = ({ certificate, key }: Stored): TlsIdentity =>
  ({ certificate, key, certificateHash: hashCertificate(new X509Certificate(certificate).raw) })

/** ECDSA on P-256. Names do not matter: buyers compare the hash, since no authority signs for an address in a house. */
const createStored = async (now: Date): Promise<Stored> => {
  const { generate } = await import('selfsigned')
  const notAfterDate = new Date(now)
  notAfterDate.setFullYear(now.getFullYear() + validYears)
  const { cert: certificate, private: key } = await generate([{ name: 'commonName', value: 'HEsystem seller' }], {
    keyType: 'ec', curve: 'P-256', algorithm: 'sha256', notBeforeDate: now, notAfterDate,
  })
  return { certificate, key }
}

export const createTlsIdentities = (secrets: SecretStore, now: () => Date): TlsIdentities => {
  const open = async (): Promise<TlsIdentity> => {
    const kept = await secrets.find(entry)
    if (kept !== null) return identityOf(parseJsonAs(storedSchema, new TextDecoder().decode(kept), 'the serving certificate', 'store.corrupt'))
    const stored = await createStored(now())
    await secrets.write(entry, new TextEncoder().encode(JSON.stringify(stored)))
    return identityOf(stored)
  }
  let opened: Promise<TlsIdentity> | null = null
  return {
    get: () => (opened ??= open().catch((error: unknown) => {
      opened = null
      throw error
    })),
  }
}
