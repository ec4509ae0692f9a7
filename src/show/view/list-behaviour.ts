// What a list of rows does where scripts may run: filter, scroll over thousands, open one.

/** The script of every list on the page; it prepares new lists only, and asks nothing of the network. */
export const listBehaviour: string = `
for (const root of document.querySelectorAll('.skylab-rows:not([data-ready])')) {
  root.dataset.ready = 'yes'
  const part = (name) => root.querySelector('[data-do="' + name + '"]')
  const data = JSON.parse(part('data').textContent)
  const { ids, samples, tokens, questions, facets } = data.lines
  const questionOf = (i) => questions.names[questions.of[i]]
  const make = (tag, style, text) => {
    const node = document.createElement(tag)
    if (style) node.style.cssText = style
    if (text !== undefined) node.textContent = text
    return node
  }
  const field = 'font:inherit;color:inherit;background:transparent;border:1px solid rgba(128,128,128,.55);border-radius:4px;padding:.1em .4em;margin-right:.4em'
  const tools = part('tools')
  tools.hidden = false
  const search = make('input', field + ';width:14em')
  search.type = 'search'
  search.placeholder = 'filter'
  search.setAttribute('aria-label', 'Filter the rows by any word')
  tools.append(search)
  const chosen = {}
  for (const [name, { names, of }] of Object.entries(facets)) {
    if (names.length < 2) continue
    const counts = names.map(() => 0)
    for (const i of of) counts[i]++
    const select = make('select', field + ';max-width:14em')
    select.setAttribute('aria-label', name)
    select.append(new Option('any ' + name, ''))
    names.forEach((value, i) => select.append(new Option((value || 'none') + ' (' + counts[i] + ')', i)))
    for (const option of select.options) option.style.color = 'black'
    select.addEventListener('change', () => { chosen[name] = select.value; filter() })
    tools.append(select)
  }
  const HEIGHT = 24
  const list = part('list')
  list.replaceChildren()
  list.style.cssText = 'height:' + Math.min(15, ids.length) * HEIGHT + 'px;overflow:auto;position:relative;border:1px solid rgba(128,128,128,.4);resize:vertical'
  list.tabIndex = 0
  list.setAttribute('role', 'listbox')
  list.setAttribute('aria-label', 'Rows; the arrows choose, Enter opens')
  const space = make('div', 'position:relative')
  list.append(space)
  const column = { ids: 'flex:3 1 0', question: 'flex:5 1 0', model: 'flex:2.4 1 0', domain: 'flex:1.3 1 0', finish: 'flex:1.2 1 0', verdict: 'flex:1.5 1 0;padding-left:.5em', repeats: 'flex:1.4 1 0', tokens: 'flex:1 1 0;text-align:right' }
  const shownFacets = Object.keys(facets).filter((name) => facets[name].names.some(Boolean))
  const asked = questions.names.some(Boolean)
  const counted = tokens.some((n) => n !== null)
  const heads = make('div', 'display:flex;gap:1em;padding:0 .5em;font-weight:bold;white-space:nowrap;box-sizing:border-box')
  heads.setAttribute('aria-hidden', 'true')
  const titles = [['ids', 'row'], ...(asked ? [['question', 'question']] : []), ...shownFacets.map((name) => [name, name === 'finish' ? 'ending' : name]), ...(counted ? [['tokens', 'tokens']] : [])]
  for (const [name, title] of titles) heads.append(make('span', column[name] + ';overflow:hidden;text-overflow:ellipsis;min-width:0', title))
  list.before(heads)
  const color = { right: '#009E73', wrong: '#D55E00' }
  let rows = []
  let active = 0
  const draw = () => {
    heads.style.paddingRight = 'calc(.5em + ' + (list.offsetWidth - list.clientWidth) + 'px)'
    const first = Math.max(0, Math.floor(list.scrollTop / HEIGHT) - 5)
    const last = Math.min(rows.length, first + Math.ceil(list.clientHeight / HEIGHT) + 10)
    const nodes = []
    for (let k = first; k < last; k++) {
      const i = rows[k]
      const line = make('div', 'position:absolute;left:0;right:0;top:' + k * HEIGHT + 'px;height:' + HEIGHT + 'px;line-height:' + HEIGHT + 'px;display:flex;gap:1em;padding:0 .5em;cursor:pointer;white-space:nowrap;box-sizing:border-box' + (k === active ? ';outline:2px solid #56B4E9;outline-offset:-2px' : '') + (k % 2 ? ';background:rgba(128,128,128,.08)' : ''))
      line.setAttribute('role', 'option')
      line.setAttribute('aria-selected', k === active)
      line.dataset.k = k
      const add = (name, text) => {
        const cell = make('span', column[name] + ';overflow:hidden;text-overflow:ellipsis;min-width:0', text)
        cell.title = text
        line.append(cell)
        return cell
      }
      add('ids', ids[i] + (samples[i] === null ? '' : ' · ' + samples[i]))
      if (asked) add('question', questionOf(i))
      for (const name of shownFacets) {
        const value = facets[name].names[facets[name].of[i]]
        const cell = add(name, value)
        if (color[value]) cell.style.boxShadow = 'inset 4px 0 ' + color[value]
      }
      if (counted) add('tokens', tokens[i] === null ? '' : tokens[i].toLocaleString('en')).title += ' tokens'
      nodes.push(line)
    }
    space.replaceChildren(...nodes)
  }
  const filter = () => {
    const wanted = search.value.toLowerCase().split(/\\s+/).filter(Boolean)
    rows = []
    for (let i = 0; i < ids.length; i++) {
      if (Object.entries(chosen).some(([name, value]) => value !== '' && facets[name].of[i] !== Number(value))) continue
      const words = (ids[i] + ' ' + questionOf(i) + ' ' + shownFacets.map((name) => facets[name].names[facets[name].of[i]]).join(' ')).toLowerCase()
      if (wanted.every((word) => words.includes(word))) rows.push(i)
    }
    active = 0
    list.scrollTop = 0
    space.style.height = rows.length * HEIGHT + 'px'
    part('count').textContent = rows.length === ids.length ? '' : rows.length.toLocaleString('en') + ' shown'
    draw()
  }
  const packets = new Map()
  const packet = (n) => {
    if (!packets.has(n)) {
      const bytes = Uint8Array.from(atob(data.packets[n]), (c) => c.charCodeAt(0))
      packets.set(n, new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate'))).json())
    }
    return packets.get(n)
  }
  const open = async (k) => {
    const i = rows[k]
    if (i === undefined) return
    active = k
    draw()
    const place = part('open')
    const n = Math.floor(i / data.packet)
    const head = make('div', 'margin:.6em 0 .2em')
    head.append(make('b', '', ids[i] + (samples[i] === null ? '' : ' · sample ' + samples[i])))
    if (n >= data.packets.length) return place.replaceChildren(head, make('div', 'opacity:.8', 'Its texts did not travel with the notebook: view.trace(rows[' + i + '])'))
    const texts = (await packet(n))[i % data.packet]
    const answered = texts.some(([name]) => name === 'Answer' || name === 'Solution')
    place.replaceChildren(head, ...texts.map(([name, text]) => {
      const details = make('details')
      details.open = (name !== 'Prompt' || !answered) && name !== 'Thought' && name !== 'Reasoning'
      details.append(make('summary', 'font-weight:bold', name + ' (' + text.length.toLocaleString('en') + ' characters)'))
      const body = make('div', 'max-height:28em;overflow:auto;white-space:pre-wrap;overflow-wrap:anywhere;font-family:monospace;line-height:1.35;padding:.4em .8em;border-left:3px solid rgba(128,128,128,.4)', text)
      body.tabIndex = 0
      details.append(body)
      return details
    }))
  }
  search.addEventListener('input', filter)
  search.addEventListener('keydown', (event) => event.stopPropagation())
  list.addEventListener('scroll', draw)
  new ResizeObserver(draw).observe(list)
  list.addEventListener('click', (event) => {
    const line = event.target.closest('[data-k]')
    if (line) open(Number(line.dataset.k))
  })
  list.addEventListener('keydown', (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 12, PageUp: -12, Home: -rows.length, End: rows.length }[event.key]
    if (step === undefined && event.key !== 'Enter') return
    event.preventDefault()
    event.stopPropagation()
    if (event.key === 'Enter') return open(active)
    active = Math.max(0, Math.min(rows.length - 1, active + step))
    if (active * HEIGHT < list.scrollTop) list.scrollTop = active * HEIGHT
    if ((active + 1) * HEIGHT > list.scrollTop + list.clientHeight) list.scrollTop = (active + 1) * HEIGHT - list.clientHeight
    draw()
  })
  filter()
}
`
