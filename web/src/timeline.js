// Where in a bag it is: play, stop, go to a place; how many messages there are where.

import { el, field, say, sayValue, section, svg } from './dom.js'
import * as format from './format.js'

const RATES = [0.1, 0.25, 0.5, 1, 2, 5, 10, 20]
const WIDTH = 960
const ROW = 10

export class Timeline {
  constructor(wire) {
    this.wire = wire
    this.told = null
    this.button = el('button', { type: 'button', click: () => this.steer({ playing: !this.told?.playing }) }, 'Play')
    this.slider = el('input', {
      type: 'range', min: 0, max: 0, step: 0.01, 'aria-label': 'Place in the bag',
      input: () => { this.held = true; this.tell(this.slider.valueAsNumber) },
      change: () => { this.held = false; this.steer({ place: this.slider.valueAsNumber }) },
    })
    this.place = el('output')
    this.rate = el('select', { change: () => this.steer({ rate: Number(this.rate.value) }) },
      ...RATES.map((rate) => el('option', { value: rate, selected: rate === 1 }, `${rate} x`)))
    this.chart = svg('svg', { class: 'overview', preserveAspectRatio: 'none', role: 'img', 'aria-label': 'Messages of each device over the bag' })
    this.note = el('p', { class: 'quiet' })
    this.names = el('ul', { class: 'legend' })
    this.node = section('timeline', 'Bag',
      el('div', { class: 'controls' }, this.button, field('Speed', this.rate), this.place), this.slider, this.chart, this.names, this.note)
    this.node.hidden = true
  }

  steer(what) {
    this.wire.ask({ steer: what })
  }

  tell(place) {
    sayValue(this.place, `${format.clock(place)} of ${format.clock(this.told.duration)}`, place)
    this.slider.setAttribute('aria-valuetext', format.clock(place))
  }

  update(told) {
    this.node.hidden = !told
    if (!told) return
    this.told = told
    say(this.button, told.playing ? 'Stop' : 'Play')
    this.slider.max = told.duration
    if (document.activeElement !== this.rate) this.rate.value = String(told.rate)
    if (this.held) return
    this.slider.value = told.place
    this.tell(told.place)
  }

  overview({ devices, whole }) {
    say(this.note, whole ? '' : 'The bag is being looked through.')
    this.chart.setAttribute('viewBox', `0 0 ${WIDTH} ${Math.max(1, devices.length) * ROW}`)
    this.chart.style.height = `${Math.max(1, devices.length) * ROW}px`
    this.chart.replaceChildren(...devices.flatMap(({ parts }, row) => {
      const most = Math.max(1, ...parts)
      const step = WIDTH / parts.length
      return parts.flatMap((count, at) => (count === 0 ? [] : [svg('rect', {
        x: at * step, y: row * ROW + 1, width: step + 0.3, height: ROW - 2, opacity: 0.25 + (0.75 * count) / most,
      })]))
    }))
    this.names.replaceChildren(...devices.map(({ type, name, parts }) => {
      const total = parts.reduce((all, one) => all + one, 0)
      const count = el('span', { dataset: { total: name } })
      sayValue(count, String(total), total)
      return el('li', {}, `${name} ${type}: `, count)
    }))
  }
}
