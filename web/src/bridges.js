// What bridges say of themselves: how long each stage takes, what is slow, what is dropped.

import { el, say, sayValue, section } from './dom.js'
import * as format from './format.js'

/** A stage in words. */
export const words = (stage) => stage.replaceAll('_', ' ')

/** A bridge says it once a second. */
const SILENT_S = 5
const ORDER = ['device', 'decoded', 'gates', 'converted', 'tf_wait', 'worker_wait', 'published', 'sent', 'queue', 'total']

function pair([p50, p99]) {
  const cell = el('td', { class: 'number' })
  const numbers = [p50, p99].map((one) => {
    const told = el('span')
    sayValue(told, one === null ? '-' : format.fixed(one, 3), one)
    return told
  })
  cell.append(numbers[0], ' / ', numbers[1])
  return cell
}

function stages(link) {
  const seen = new Set(link.rows.flatMap((row) => Object.keys(row.stages)))
  const shown = [...ORDER.filter((stage) => seen.has(stage)), ...[...seen].filter((stage) => !ORDER.includes(stage))]
  const body = el('tbody', {}, ...link.rows.map((row) => el('tr', { dataset: { kind: row.kind, what: row.what } },
    el('th', { scope: 'row' }, row.what ? `${row.what} ` : '', el('span', { class: 'quiet' }, row.kind)),
    ...shown.map((stage) => (row.stages[stage] ? pair(row.stages[stage]) : el('td', { class: 'number' }))))))
  return el('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': `Stages of ${link.name}` },
    el('table', {},
      el('thead', {}, el('tr', {}, el('th', { scope: 'col' }, 'p50 / p99 in ms'),
        ...shown.map((stage) => el('th', { scope: 'col', class: 'number' }, words(stage))))), body))
}

export class Bridges {
  constructor(store) {
    this.store = store
    this.none = el('p', { class: 'quiet' }, 'No bridge has said anything on /diagnostics yet.')
    this.body = el('div')
    this.node = section('bridges', 'Bridges', this.none, this.body)
    this.node.hidden = true
    this.links = []
    this.ages = []
  }

  /** @param {Array|undefined} links what is new; nothing if that is as it was */
  update(links) {
    if (links) this.show(links)
    for (const [at, note] of this.ages.entries()) {
      const age = this.store.now - this.links[at].heard
      note.hidden = age <= SILENT_S
      say(note, `It has said nothing for ${format.age(age)}.`)
    }
  }

  show(links) {
    this.node.hidden = false
    this.none.hidden = links.length > 0
    this.links = links
    this.ages = links.map(() => el('p', { class: 'bad', hidden: true }))
    // where a person is reading, it stays
    const places = new Map([...this.body.querySelectorAll('.scroll')].map((one) => [one.ariaLabel, [one.scrollLeft, one.scrollTop]]))
    const focused = document.activeElement?.ariaLabel
    this.body.replaceChildren(...links.map((link, at) => {
      const list = el('dl')
      const fact = (title, text, value = text) => {
        if (text === '' || text === undefined) return
        const told = el('dd', { dataset: { fact: title } })
        sayValue(told, String(text), value)
        list.append(el('dt', {}, title), told)
      }
      fact('Slow', link.slow_spot)
      fact('Slowest from the network', link.slowest)
      fact('Slowest to the network', link.slowest_out)
      fact('Dropped on the way to peers', link.dropped)
      for (const { kind, what, number } of link.counts) fact(`${kind}: ${what}`, number)
      for (const row of link.rows) {
        if ('slowest' in row) fact(`Longest wait for ${row.what} / ms`, format.fixed(row.slowest), row.slowest)
        if ('oldest' in row) fact(`Waits for ${row.what} now / ms`, format.fixed(row.oldest), row.oldest)
        if ('clock_offset' in row) fact(`Clock of ${row.what} behind, and the way / ms`, format.fixed(row.clock_offset), row.clock_offset)
      }
      return el('article', { dataset: { bridge: link.name } },
        el('h3', {}, link.name, ' ', el('span', { class: `state ${link.level}` }, link.level)),
        el('p', {}, link.text), this.ages[at], list, link.rows.length ? stages(link) : null)
    }))
    for (const one of this.body.querySelectorAll('.scroll')) {
      const place = places.get(one.ariaLabel)
      if (place) [one.scrollLeft, one.scrollTop] = place
      if (one.ariaLabel === focused) one.focus({ preventScroll: true })
    }
  }
}
