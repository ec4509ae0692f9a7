import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Begins to listen at a free port of this machine; `close` breaks what is still open. */
export async function listening(server: Server): Promise<{ url: string; port: number; close(): Promise<void> }> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const close = () => {
    server.closeAllConnections()
    return new Promise<void>((resolve) => server.close(() => resolve()))
  }
  return { url: `http://127.0.0.1:${port}`, port, close }
}
