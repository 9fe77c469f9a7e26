/**
 * Gives back at once the memory of bytes that nobody will read again, where they are all of their buffer. Left to themselves, buffers that
 * came by message wait for a full garbage collection, which a thread with a small heap does only when tens of megabytes have gathered.
 */
export const freeBytes = ({ buffer, byteLength }: Uint8Array): void => {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength && byteLength > 0) buffer.transfer(0)
}
