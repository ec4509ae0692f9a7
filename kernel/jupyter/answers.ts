// Requests that are no cells: each answered by itself, also while a cell runs.
import { type EngineName, typescriptVersion } from '../engine.js'
import { languageInfo } from '../notebook/document.js'
import { version } from '../place.js'
import type { CommMessage, Session } from '../session.js'
import type { History } from './history.js'
import { forWire } from './publisher.js'
import type { Connection } from './sockets.js'
import { type Content, type Message, protocolVersion, toCodePoints, toUnits } from './wire.js'

export interface Asked {
  session: Session
  history: History
  connection: Connection
}

type Answer = (content: Content, asked: Asked) => Content | Promise<Content>

/** Type of a request without `_request` → the content of its reply, apart from the status. */
export const answers: Readonly<Record<string, Answer>> = {
  connect: (_, { connection }) => {
    const { shell_port, control_port, iopub_port, stdin_port, hb_port } = connection
    return { shell_port, control_port, iopub_port, stdin_port, hb_port }
  },
  async complete(content, { session }) {
    const code = codeOf(content)
    const found = await session.complete(code, cursor(content, code))
    // All matches replace one range: those that begin later take what stands before them along.
    const from = Math.min(found.from, ...found.items.map((item) => item.from ?? found.from))
    const [start, end] = [toCodePoints(code, from), toCodePoints(code, found.to)]
    const items = found.items.map(({ from: own = found.from, ...item }) => ({
      ...item,
      text: code.slice(from, own) + item.text,
    }))
    return {
      matches: items.map((item) => item.text),
      cursor_start: start,
      cursor_end: end,
      metadata: { _jupyter_types_experimental: items.map((item) => ({ ...item, start, end })) },
    }
  },
  async inspect(content, { session }) {
    const code = codeOf(content)
    const bundle = await session.inspect(code, cursor(content, code), content.detail_level === 1 ? 1 : 0)
    return bundle ? { found: true, ...forWire(bundle) } : { found: false, data: {}, metadata: {} }
  },
  async is_complete(content, { session }) {
    const { status, indent } = await session.isComplete(codeOf(content))
    return { status, ...(status === 'incomplete' ? { indent: indent ?? '' } : {}) }
  },
  history: (content, { history }) => ({ history: recall(content, history) }),
  comm_info(content, { session }) {
    const wanted =
      typeof content.target_name === 'string' && content.target_name !== '' ? content.target_name : undefined
    const open = [...session.comms()].filter(([, target]) => wanted === undefined || target === wanted)
    return { comms: Object.fromEntries(open.map(([id, target_name]) => [id, { target_name }])) }
  },
}

/** What kernel_info_reply says. */
export function kernelInfo(engine: EngineName): Content {
  const typescript = typescriptVersion(engine)
  return {
    protocol_version: protocolVersion,
    implementation: 'skylab',
    implementation_version: version(),
    language_info: languageInfo(typescript),
    banner: `skylab ${version()}: TypeScript ${typescript}${engine === 'tslab' ? ' (tslab)' : ''} on Node ${process.versions.node}`,
    debugger: false,
    help_links: [
      { text: 'TypeScript', url: 'https://www.typescriptlang.org/docs/' },
      { text: 'Node.js', url: 'https://nodejs.org/docs/latest-v22.x/api/' },
    ],
    supported_features: [],
  }
}

/** The answer to a request of the Debug Adapter Protocol: there is no debugger, which is said in its own form. */
export function debugReply(content: Content): Content {
  return {
    type: 'response',
    seq: 1,
    request_seq: content.seq ?? 0,
    command: content.command ?? '',
    success: false,
    message: 'This kernel has no debugger.',
    body: {},
  }
}

/** A comm message as the session takes it. Throws where it names no comm. */
export function commMessage(kind: CommMessage['kind'], request: Message): CommMessage {
  const { comm_id, target_name, data } = request.content
  if (typeof comm_id !== 'string') throw new Error(`${request.header.msg_type} without a comm_id`)
  return {
    kind,
    id: comm_id,
    ...(kind === 'open' ? { target: String(target_name ?? '') } : {}),
    data: data !== null && typeof data === 'object' ? (data as Content) : {},
    metadata: request.metadata,
    buffers: request.buffers,
  }
}

function codeOf(content: Content): string {
  return String(content.code ?? '')
}

/** Where the cursor is, in UTF-16 code units; at the end where it is not said. */
function cursor({ cursor_pos }: Content, code: string): number {
  return typeof cursor_pos === 'number' ? toUnits(code, cursor_pos) : code.length
}

function recall(content: Content, history: History): unknown[] {
  const count = Number(content.n ?? 0)
  const entries =
    content.hist_access_type === 'range'
      ? history.range(
          Number(content.session ?? 0),
          Number(content.start ?? 0),
          Number(content.stop ?? Number.POSITIVE_INFINITY),
        )
      : content.hist_access_type === 'search'
        ? history.search(String(content.pattern ?? '*'), count, content.unique === true)
        : history.tail(count || 10)
  // Outputs are not kept: where they are asked for, there is none.
  return content.output === true ? entries.map(([session, line, source]) => [session, line, [source, null]]) : entries
}
