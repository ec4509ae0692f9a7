// What a view does where scripts may run: search, jump, copy. Without them it is a page that folds.

/**
 * The script of every trace on the page. It runs again with every view that is shown and prepares the new ones
 * only; it asks nothing of the network and nothing of the page around it.
 */
export const behaviour: string = `
if (!document.getElementById('skylab-found')) {
  const style = document.createElement('style')
  style.id = 'skylab-found'
  style.textContent = '::highlight(skylab-found){background:#ffd54a;color:#000}'
  document.head.append(style)
}
for (const root of document.querySelectorAll('.skylab-trace:not([data-ready])')) {
  root.dataset.ready = 'yes'
  const find = (name) => root.querySelector('[data-do="' + name + '"]')
  const texts = [...root.querySelectorAll('[data-text]')]
  root.querySelector('[data-tools]').hidden = false
  const open = (node) => {
    for (let at = node; at && at !== root; at = at.parentElement) if (at.tagName === 'DETAILS') at.open = true
  }
  const show = (node, range) => {
    open(node)
    const box = node.closest('[data-text]') || node
    const place = (range || node).getBoundingClientRect()
    const frame = box.getBoundingClientRect()
    box.scrollTop += place.top - frame.top - box.clientHeight / 3
    if (frame.top < 0 || frame.bottom > innerHeight) box.scrollIntoView({ block: 'nearest' })
  }
  // A place of a text as the node that holds it: labels between are no part of it.
  const nodesOf = (box) => {
    const walker = document.createTreeWalker(box, NodeFilter.SHOW_TEXT)
    const nodes = []
    let length = 0
    while (walker.nextNode()) {
      const node = walker.currentNode
      if (getComputedStyle(node.parentElement).userSelect === 'none' && !box.contains(node.parentElement.closest('[data-keep]'))) continue
      nodes.push({ node, from: length })
      length += node.length
    }
    return { nodes, text: nodes.map((one) => one.node.data).join('') }
  }
  const rangeOf = (nodes, from, to) => {
    const range = document.createRange()
    const at = (place, end) => {
      let low = 0
      for (let high = nodes.length - 1; low < high; ) {
        const middle = (low + high + 1) >> 1
        if (end ? nodes[middle].from < place : nodes[middle].from <= place) low = middle
        else high = middle - 1
      }
      return [nodes[low].node, Math.min(nodes[low].node.length, place - nodes[low].from)]
    }
    range.setStart(...at(from, false))
    range.setEnd(...at(to, true))
    return range
  }
  const read = new Map()
  const contents = (box) => read.get(box) || read.set(box, nodesOf(box)).get(box)
  let matches = []
  let current = -1
  const status = find('status')
  const go = (step) => {
    if (!matches.length) return
    current = (current + step + matches.length) % matches.length
    const range = matches[current]
    show(range.startContainer.parentElement, range)
    getSelection().removeAllRanges()
    getSelection().addRange(range)
    status.textContent = current + 1 + ' of ' + matches.length + (matches.length === 2000 ? ' and more' : '')
  }
  const input = find('search')
  input.addEventListener('input', () => {
    matches = []
    current = -1
    const wanted = input.value.toLowerCase()
    for (const box of wanted ? texts : []) {
      const { nodes, text } = contents(box)
      const lower = text.toLowerCase()
      if (lower.length !== text.length) continue
      for (let at = lower.indexOf(wanted); at >= 0 && matches.length < 2000; at = lower.indexOf(wanted, at + wanted.length))
        matches.push(rangeOf(nodes, at, at + wanted.length))
    }
    if (globalThis.CSS && CSS.highlights) CSS.highlights.set('skylab-found', new Highlight(...matches))
    status.textContent = wanted ? matches.length + ' found' : ''
  })
  input.addEventListener('keydown', (event) => {
    event.stopPropagation()
    if (event.key !== 'Enter') return
    event.preventDefault()
    go(event.shiftKey ? -1 : 1)
  })
  const jump = (id, share) => {
    const box = root.querySelector('[data-text="' + id + '"]')
    if (!box) return
    open(box)
    const { nodes, text } = contents(box)
    if (!nodes.length) return
    const place = Math.min(text.length - 1, Math.max(0, Math.floor(share * text.length)))
    const range = rangeOf(nodes, place, place + 1)
    show(range.startContainer.parentElement, range)
    box.focus({ preventScroll: true })
  }
  root.addEventListener('click', (event) => {
    const map = event.target.closest && event.target.closest('[data-map]')
    if (map) {
      const frame = map.getBoundingClientRect()
      const parts = map.dataset.map.split(' ').map((one) => one.split(':')).map(([id, length]) => [id, Number(length)])
      let place = ((event.clientX - frame.left) / frame.width) * parts.reduce((sum, [, length]) => sum + length, 0)
      for (const [id, length] of parts) {
        if (place < length) return jump(id, place / length)
        place -= length
      }
      return
    }
    const button = event.target.closest && event.target.closest('button[data-do]')
    if (!button) return
    if (button.dataset.do === 'jump') jump(button.dataset.to, Number(button.dataset.share))
    if (button.dataset.do === 'copy') {
      const whole = texts.map((box) => contents(box).text).join('\\n\\n')
      const said = (text) => { status.textContent = text }
      const old = () => {
        const area = document.createElement('textarea')
        area.value = whole
        document.body.append(area)
        area.select()
        const done = document.execCommand('copy')
        area.remove()
        said(done ? 'copied' : 'the page may not copy')
      }
      if (navigator.clipboard) navigator.clipboard.writeText(whole).then(() => said('copied'), old)
      else old()
    }
  })
}
`
