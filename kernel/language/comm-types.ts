// The types of `comms`, which every cell has: kernel/runtime/comms.ts and widget.ts as a cell sees them.

export const COMM_TYPES = `
/** Lines between cells and the front end (Jupyter comms), with binary buffers; and widgets on top of them. */
declare namespace comms {
  type Buffer = ArrayBuffer | ArrayBufferView
  interface SendOptions { buffers?: readonly Buffer[]; metadata?: Record<string, unknown> }
  interface Received { data: any; metadata: Record<string, any>; buffers: Uint8Array<ArrayBuffer>[] }
  /** One line to the front end. It stays open from cell to cell, until one side closes it. */
  interface Comm extends AsyncIterable<Received>, Disposable {
    readonly id: string
    readonly target: string
    readonly isOpen: boolean
    /** Sends a message: JSON, and binary buffers beside it. */
    send(data?: object, options?: SendOptions): void
    /** Calls back for each message of the front end; what the handler shows goes to this cell. Gives a function that ends it. */
    onMessage(handler: (message: Received) => unknown): () => void
    /** Calls back when the front end closes the comm. */
    onClose(handler: (message: Received) => unknown): () => void
    close(data?: object, options?: SendOptions): void
  }
  /** Opens a comm to the front end, where something must know the target. */
  function open(target: string, data?: object, options?: SendOptions & { id?: string }): Comm
  /** Takes the comms that the front end opens with this target, from now on. Gives a function that ends it. */
  function on(target: string, handler: (comm: Comm, opening: Received) => unknown): () => void
  /** The comms that are open. */
  function list(): Comm[]
  /** A state that a cell and its views in the front end share. */
  interface Widget<State extends object> extends Disposable {
    readonly id: string
    get<Name extends keyof State>(name: Name): State[Name]
    /** Sets one value, or several at once, here and in every view. */
    set<Name extends keyof State>(name: Name, value: State[Name]): void
    set(values: Partial<State>): void
    /** Calls back when a view has changed a value; '*' stands for any. Gives a function that ends it. */
    on<Name extends keyof State & string>(name: Name, handler: (value: State[Name], name: Name) => unknown): () => void
    on(name: '*', handler: (value: State[keyof State], name: keyof State & string) => unknown): () => void
    /** Sends a message to the views. */
    send(content: unknown, buffers?: readonly Buffer[]): void
    /** Calls back for what a view sends. */
    onMessage(handler: (content: any, buffers: Uint8Array<ArrayBuffer>[]) => unknown): () => void
    close(): void
  }
  /** Makes a widget from an ES module, as anywidget does: shown where it is the value of a cell. Needs anywidget in JupyterLab. */
  function widget<State extends object = {}>(options: { esm: string; css?: string; state?: State }): Widget<State>
}
`
