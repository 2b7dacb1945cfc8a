// Links and their peers, texts, errors.

import { el, say, sayValue, section } from './dom.js'
import * as format from './format.js'

const MOST_LINES = 200

export class Links {
  constructor() {
    this.body = el('div')
    this.node = section('links', 'Links', this.body)
    this.shown = ''
  }

  /** Nobody says any more how they are. */
  lose() {
    this.shown = ''
    for (const state of this.body.querySelectorAll('[data-state]')) {
      state.className = 'state'
      state.dataset.state = 'unknown'
      say(state, 'not known')
    }
  }

  update(links) {
    // they are few, and change seldom but for their counts
    const text = JSON.stringify(links)
    if (text === this.shown) return
    this.shown = text
    this.body.replaceChildren(...links.map((link) => {
      const peers = link.peers.map((peer) => {
        const list = el('dl', {})
        const fact = (title, words, value) => {
          const told = el('dd', { dataset: { fact: title } })
          sayValue(told, words, value)
          list.append(el('dt', {}, title), told)
        }
        fact('Received', `${sum(peer.received)} messages, ${format.bytes(peer.received_bytes)}`, peer.received_bytes)
        fact('Sent', `${sum(peer.sent)} messages, ${format.bytes(peer.sent_bytes)}`, peer.sent_bytes)
        fact('Errors', counts(peer.errors) || 'none', sum(peer.errors))
        fact('Wait to be sent', String(peer.waiting), peer.waiting)
        if (peer.compat) fact('Taken for', peer.compat, peer.compat)
        fact('Header version', peer.version ? String(peer.version) : 'not known', peer.version)
        if (peer.round_trip_ms !== null) fact('Round trip', `${format.fixed(peer.round_trip_ms, 2)} ms`, peer.round_trip_ms)
        return el('div', { class: 'peer' }, el('h4', {}, peer.name ? `${peer.address} (${peer.name})` : peer.address), list)
      })
      const state = el('span', { class: `state ${link.state}`, dataset: { state: link.state } }, link.state)
      const notes = []
      if (link.reconnects) notes.push(`came back ${link.reconnects} times`)
      for (const [name, count] of Object.entries(link.facts)) if (count) notes.push(`${name}: ${count}`)
      return el('article', { class: 'link' },
        el('h3', {}, link.name, ' ', state),
        link.error ? el('p', { class: 'bad' }, link.error) : null,
        notes.length ? el('p', { class: 'quiet' }, notes.join(', ')) : null,
        ...(peers.length ? peers : [link.mode === 'bag' ? null : el('p', { class: 'quiet' }, 'Nobody is connected.')]))
    }))
  }
}

const sum = (counted) => Object.values(counted).reduce((all, one) => all + one, 0)
const counts = (counted) => Object.entries(counted).map(([name, count]) => `${name} ${count}`).join(', ')

class Lines {
  constructor(id, title, empty) {
    this.list = el('ol', { class: 'lines', reversed: true })
    this.none = el('p', { class: 'quiet' }, empty)
    this.node = section(id, title, this.none,
      el('div', { class: 'scroll short', tabindex: 0, role: 'region', 'aria-label': title }, this.list))
    this.last = 0
  }

  reset() {
    this.list.replaceChildren()
    this.last = 0
    this.none.hidden = false
  }

  update(lines) {
    for (const line of lines) {
      if (line.number <= this.last) continue // after a connection was lost all come once more
      this.last = line.number
      this.list.prepend(this.make(line))
      while (this.list.childElementCount > MOST_LINES) this.list.lastElementChild.remove()
    }
    this.none.hidden = this.list.childElementCount > 0
  }
}

export class Texts extends Lines {
  constructor(store) {
    super('texts', 'Texts and status', 'No text has come yet.')
    this.store = store
  }

  make(line) {
    const more = line.length > line.text.length ? ` ... (${line.length} characters)` : ''
    return el('li', { dataset: { number: line.number } },
      el('span', { class: 'quiet' }, `${this.store.timeOf(line.time)} ${line.type} `),
      el('b', {}, line.name), ' ', line.head ? el('code', {}, line.head) : null, ' ', line.text + more)
  }
}

export class Errors extends Lines {
  constructor(store) {
    super('errors', 'Errors', 'None.')
    this.store = store
  }

  make(line) {
    return el('li', { class: line.level === 'error' ? 'bad' : 'warning' },
      el('span', { class: 'quiet' }, `${this.store.timeOf(line.time)} ${line.level} `), line.text)
  }

  update(lines) {
    super.update(lines)
    say(this.node.firstChild, this.list.childElementCount ? `Errors (${this.list.childElementCount})` : 'Errors')
  }
}
