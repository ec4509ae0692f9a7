// A chat server that is not the bottleneck: a process of its own, a socket server that reads just enough of HTTP,
// and answers that were put together before anybody asked.
//
//   node server.mjs DELAY_MS    prints its port
//   POST /v1/chat/completions   an answer of about 1 kB, streamed where the request says so
//   GET  /stats                 what was served since the last look, by the number in the prompt ("#123#")
//   GET  /seen                  how many were, and it goes on counting
import { createServer } from 'node:net'

const delay = Number(process.argv[2] ?? 20)
const PIECES = 24
const words = Array.from({ length: PIECES }, (_, i) => ` step ${i}: so the sum is even, and it holds`)
const usage = { prompt_tokens: 60, completion_tokens: PIECES, total_tokens: 60 + PIECES }
const base = { id: 'chatcmpl-bench', created: 1, model: 'm' }
const chunk = (choices, more = {}) =>
  `data: ${JSON.stringify({ ...base, object: 'chat.completion.chunk', choices, ...more })}\n\n`
const stream = [
  ...words.map((content) => chunk([{ index: 0, delta: { content }, finish_reason: null }])),
  chunk([{ index: 0, delta: {}, finish_reason: 'stop' }]),
  chunk([], { usage }),
  'data: [DONE]\n\n',
].join('')
const message = { role: 'assistant', content: words.join(''), refusal: null }
const whole = JSON.stringify({
  ...base,
  object: 'chat.completion',
  choices: [{ index: 0, message, finish_reason: 'stop', logprobs: null }],
  usage,
})
const head = (type, length) =>
  `HTTP/1.1 200 OK\r\ncontent-type: ${type}\r\ncontent-length: ${length}\r\nconnection: keep-alive\r\n\r\n`
const streamed = Buffer.from(head('text/event-stream', Buffer.byteLength(stream)) + stream)
const plain = Buffer.from(head('application/json', Buffer.byteLength(whole)) + whole)

/** Number in the prompt → the times at which its answers had gone out whole. */
let served = new Map()
let [first, last, open, most] = [0, 0, 0, 0]
let cpu = process.cpuUsage()

function stats() {
  const { user, system } = process.cpuUsage(cpu)
  const text = JSON.stringify({ first, last, most, cpu: (user + system) / 1e6, served: [...served] })
  served = new Map()
  ;[first, last, most] = [0, 0, 0]
  cpu = process.cpuUsage()
  return head('application/json', Buffer.byteLength(text)) + text
}

function seen() {
  const text = JSON.stringify({ seen: served.size })
  return head('application/json', text.length) + text
}

const models = JSON.stringify({ object: 'list', data: [{ id: 'm', object: 'model', created: 1, owned_by: 'bench' }] })

createServer((socket) => {
  socket.setNoDelay(true)
  let rest = ''
  socket.on('error', () => socket.destroy())
  socket.on('data', (data) => {
    rest += data.toString('latin1')
    for (;;) {
      const end = rest.indexOf('\r\n\r\n')
      if (end < 0) return
      const length = Number(/content-length: *(\d+)/i.exec(rest.slice(0, end))?.[1] ?? 0)
      const size = end + 4 + length
      if (rest.length < size) return
      const request = rest.slice(0, size)
      rest = rest.slice(size)
      if (request.startsWith('GET /stats')) socket.write(stats())
      else if (request.startsWith('GET /seen')) socket.write(seen())
      else if (request.startsWith('GET')) socket.write(head('application/json', models.length) + models)
      else answer(socket, request)
    }
  })
}).listen(0, '127.0.0.1', 4096, function () {
  console.log(this.address().port)
})

function answer(socket, request) {
  first ||= performance.timeOrigin + performance.now()
  most = Math.max(most, ++open)
  const row = Number(/#(\d+)#/.exec(request)?.[1] ?? -1)
  const reply = /"stream": ?true/.test(request) ? streamed : plain
  setTimeout(() => {
    open--
    if (socket.destroyed) return
    socket.write(reply, (error) => {
      if (error) return
      last = performance.timeOrigin + performance.now()
      const times = served.get(row)
      if (times) times.push(last)
      else served.set(row, [last])
    })
  }, delay)
}
