// What sensors measure, over time.

import uPlot from 'uplot'
import { el, say, sayValue, section } from './dom.js'
import * as format from './format.js'

const MOST_SAMPLES = 1500
const SHOWN_S = 30
const MOST_LINES = 12
const MOST_PLOTS = 20

const number = (value) => (typeof value === 'number' ? value : null)

class Plot {
  constructor(device) {
    this.times = []
    this.values = []
    this.head = el('h3', {}, device.name)
    this.body = el('div', { class: 'plot', role: 'img', 'aria-label': `Values of ${device.name} over the last ${SHOWN_S} seconds` })
    this.legend = el('ul', { class: 'legend' })
    this.node = el('article', { dataset: { device: device.name } }, this.head, this.body, this.legend)
    this.plot = null
    this.lines = 0
  }

  describe(device) {
    const { values, unit } = device.value
    say(this.head, unit ? `${device.name} / ${unit}` : device.name)
    if (values.length !== this.lines) {
      this.lines = values.length
      this.times = []
      this.values = []
      this.legend.replaceChildren(...values.slice(0, MOST_LINES).map((_, at) =>
        el('li', {}, el('span', { class: `swatch line${at}` }), el('span', {}, `${at + 1}: `), el('span', { dataset: { line: at } }))))
      if (values.length > MOST_LINES) this.legend.append(el('li', { class: 'quiet' }, `and ${values.length - MOST_LINES} more`))
      this.restyle()
    }
    values.slice(0, MOST_LINES).forEach((value, at) => {
      const node = this.legend.children[at].lastChild
      sayValue(node, format.fixed(value, 4), value)
    })
  }

  add(samples) {
    for (const [time, values] of samples) {
      if (values.length !== this.lines) continue
      this.times.push(time)
      this.values.push(values.slice(0, MOST_LINES).map(number))
    }
    const over = this.times.length - MOST_SAMPLES
    if (over > 0) {
      this.times.splice(0, over)
      this.values.splice(0, over)
    }
  }

  restyle() {
    this.plot?.destroy()
    const style = getComputedStyle(document.documentElement)
    const ink = style.getPropertyValue('--ink')
    const grid = { stroke: style.getPropertyValue('--line'), width: 1 }
    const axis = { stroke: ink, grid, ticks: grid, font: '12px system-ui, sans-serif' }
    const count = Math.min(this.lines, MOST_LINES)
    this.plot = new uPlot({
      width: Math.max(220, this.body.clientWidth || 420), height: 180, legend: { show: false }, cursor: { show: false },
      scales: { x: { time: false, range: () => [this.now - SHOWN_S, this.now] } },
      axes: [
        { ...axis, values: (_, ticks) => ticks.map((tick) => `${(tick - this.now).toFixed(0)} s`) },
        { ...axis, size: 60 },
      ],
      series: [{}, ...Array.from({ length: count }, (_, at) => ({
        label: `${at + 1}`, stroke: style.getPropertyValue(`--line${at}`), width: 1.5,
      }))],
    }, this.data(), this.body)
  }

  data() {
    const count = Math.min(this.lines, MOST_LINES)
    return [this.times, ...Array.from({ length: count }, (_, at) => this.values.map((row) => row[at]))]
  }

  draw(now) {
    this.now = now
    if (!this.plot) return
    const width = Math.max(220, this.body.clientWidth)
    if (Math.abs(width - this.plot.width) > 1) this.plot.setSize({ width, height: 180 })
    this.plot.setData(this.data())
  }
}

export class Plots {
  constructor() {
    this.plots = new Map()
    this.none = el('p', { class: 'quiet' }, 'No sensor has sent anything yet.')
    this.body = el('div', { class: 'figures wide' })
    this.node = section('plots', 'Sensors', this.none, this.body)
  }

  reset() {
    for (const id of [...this.plots.keys()]) this.remove(id)
  }

  remove(id) {
    const plot = this.plots.get(id)
    if (!plot) return
    plot.plot?.destroy()
    plot.node.remove()
    this.plots.delete(id)
    this.none.hidden = this.plots.size > 0
  }

  restyle() {
    for (const plot of this.plots.values()) plot.restyle()
  }

  update(changed, samples, now) {
    for (const device of changed) {
      if (device.value.shape !== 'sensor') continue
      let plot = this.plots.get(device.id)
      if (!plot && this.plots.size < MOST_PLOTS) {
        plot = new Plot(device)
        plot.now = now
        this.plots.set(device.id, plot)
        this.body.append(plot.node)
        this.none.hidden = true
      }
      plot?.describe(device)
    }
    for (const [id, one] of Object.entries(samples)) this.plots.get(Number(id))?.add(one)
    for (const plot of this.plots.values()) plot.draw(now)
  }
}
