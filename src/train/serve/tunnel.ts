// A port here that leads to a port there. Neither end keeps this process alive.
import net, { type AddressInfo } from 'node:net'

export interface Tunnel {
  /** Port on 127.0.0.1. */
  port: number
  close(): void
}

/**
 * Listens on a free port of 127.0.0.1; each connection gets a stream of its own to the far port.
 *
 * @param dial asked once for each connection; where it fails, the connection is closed
 */
export function tunnel(dial: () => Promise<NodeJS.ReadWriteStream & { destroy(): void }>): Promise<Tunnel> {
  const open = new Set<{ destroy(): void }>()
  const server = net.createServer((socket) => {
    socket.unref()
    open.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => open.delete(socket))
    dial().then(
      (stream) => {
        open.add(stream)
        const end = () => {
          open.delete(stream)
          stream.destroy()
          socket.destroy()
        }
        stream.on('error', end)
        stream.on('close', end)
        socket.on('close', end)
        if (socket.destroyed) return end()
        socket.pipe(stream)
        stream.pipe(socket)
      },
      () => socket.destroy(),
    )
  })
  return new Promise((done, fail) => {
    server.once('error', fail)
    server.listen(0, '127.0.0.1', () => {
      server.unref()
      done({
        port: (server.address() as AddressInfo).port,
        close: () => {
          server.close()
          for (const one of open) one.destroy()
        },
      })
    })
  })
}
