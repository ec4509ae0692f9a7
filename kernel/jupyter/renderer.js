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
      constructor() {
        super()
        this.addClass('skylab-figure')
      }

      /** Called for the first state and for every update of the display. */
      async renderModel(model) {
        const figure = model.data[mimeType]
        const Plotly = await loadPlotly()
        const layout = { autosize: true, ...figure.layout }
        // Plotly takes the height of its box where the figure names none; Plotly's own default is 450.
        this.node.style.minHeight = `${layout.height ?? 450}px`
        await Plotly.react(this.node, figure.data ?? [], layout, {
          responsive: true,
          displaylogo: false,
          ...figure.config,
        })
        if (figure.frames) await Plotly.addFrames(this.node, figure.frames)
      }

      onAfterShow() {
        this.#fit()
      }

      onResize() {
        this.#fit()
      }

      dispose() {
        if (!this.isDisposed) window.Plotly?.purge(this.node)
        super.dispose()
      }

      #fit() {
        if (this.node.classList.contains('js-plotly-plot') && this.isVisible) window.Plotly?.Plots.resize(this.node)
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
