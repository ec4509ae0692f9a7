// Runs in JupyterLab's page: shows Plotly figures. plotly.js lies beside this file and is loaded
// when the first figure is shown. JupyterLab shares its own widget class through `init`.
;(() => {
  const mimeType = 'application/vnd.plotly.v1+json'
  const here = document.currentScript.src
  let shared = {}
  let library

  /** Loads plotly.js once; a failed try may be repeated. */
  function loadPlotly() {
    library ??= new Promise((resolve, reject) => {
      const script = document.createElement('script')
      script.src = new URL('plotly.js', here).href
      script.onload = () => resolve(window.Plotly)
      script.onerror = () => {
        library = undefined
        reject(new Error(`could not load ${script.src}`))
      }
      document.head.append(script)
    })
    return library
  }

  /** The newest version of a package that JupyterLab shares. */
  async function fromLab(name) {
    const versions = shared[name] ?? {}
    const newest = Object.keys(versions)
      .sort((a, b) => a.localeCompare(b, undefined, { numeric: true }))
      .at(-1)
    if (!newest) throw new Error(`JupyterLab shares no ${name}`)
    return (await versions[newest].get())()
  }

  function extension(Widget) {
    class Figure extends Widget {
      #plot = document.createElement('div')
      #box = new ResizeObserver(() => this.#fit())

      constructor() {
        super()
        this.addClass('skylab-figure')
        this.node.append(this.#plot)
        this.#box.observe(this.node)
      }

      /** Called for the first state and for every update of the display. */
      async renderModel(model) {
        const figure = model.data[mimeType]
        const Plotly = await loadPlotly()
        const layout = { autosize: true, ...figure.layout }
        // Plotly takes the height of its box where the figure names none; Plotly's own default is 450.
        this.#plot.style.minHeight = `${layout.height ?? 450}px`
        await Plotly.react(this.#plot, figure.data ?? [], layout, {
          responsive: true,
          displaylogo: false,
          ...figure.config,
        })
        if (figure.frames) await Plotly.addFrames(this.#plot, figure.frames)
        this.#fit()
      }

      onAfterShow() {
        this.#fit()
      }

      dispose() {
        this.#box.disconnect()
        if (!this.isDisposed) window.Plotly?.purge(this.#plot)
        super.dispose()
      }

      /**
       * A figure without a width takes that of its box. One with a width is set for it, its labels wrapped and placed, so
       * in a narrower box it is drawn smaller as a whole and not cut off; plotly.js reckons with the transform on hover.
       */
      #fit() {
        const plot = this.#plot
        const { clientWidth } = this.node
        if (!plot.classList.contains('js-plotly-plot') || clientWidth === 0) return
        const { width } = plot.layout
        if (!width) {
          window.Plotly.Plots.resize(plot)
          return
        }
        const scale = Math.min(1, clientWidth / width)
        plot.style.width = `${width}px`
        plot.style.transformOrigin = '0 0'
        plot.style.transform = scale < 1 ? `scale(${scale})` : ''
        this.node.style.height = scale < 1 ? `${plot.offsetHeight * scale}px` : ''
        this.node.style.overflow = scale < 1 ? 'hidden' : ''
      }
    }
    return {
      id: 'skylab-plotly:plugin',
      rendererFactory: { safe: true, mimeTypes: [mimeType], createRenderer: () => new Figure() },
      // Before HTML, whose picture is for those who cannot run this.
      rank: 0,
      dataType: 'json',
    }
  }

  window._JUPYTERLAB ??= {}
  window._JUPYTERLAB['skylab-plotly'] = {
    init(scope) {
      shared = scope
    },
    async get() {
      const { Widget } = await fromLab('@lumino/widgets')
      return () => ({ __esModule: true, default: extension(Widget) })
    },
  }
})()
