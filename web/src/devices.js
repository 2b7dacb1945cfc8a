// The table of devices, and all about the one that is chosen.

import { el, say, sayValue, section, svg } from './dom.js'
import { words } from './bridges.js'
import * as format from './format.js'

const COLUMNS = [
  ['name', 'Device'], ['type', 'Type'], ['rate', 'Rate / Hz'], ['age', 'Age'], ['size', 'Size'],
  ['bandwidth', 'Bytes/s'], ['delay', 'Delay / ms'], ['validity', 'Valid'], ['gate', 'Gate'],
  ['count', 'Count'], ['lost', 'Lost'], ['dropped', 'Dropped'], ['spark', 'Last minute'], ['summary', 'Value'],
  ['stages', 'Stages p50 / ms'],
]
const NUMERIC = new Set(['rate', 'age', 'size', 'bandwidth', 'delay', 'count', 'lost', 'dropped'])
/** what came right after an emergency does not hide it for so long */
const EMERGENCY_S = 60
const WIDTH = 118
const HEIGHT = 20

function spark(counts) {
  const most = Math.max(1, ...counts)
  return counts.map((count, at) =>
    `${((at * WIDTH) / (counts.length - 1)).toFixed(1)},${(HEIGHT - 1 - (count / most) * (HEIGHT - 2)).toFixed(1)}`
  ).join(' ')
}

export class Devices {
  constructor(store) {
    this.store = store
    this.rows = new Map()
    this.chosen = null
    this.body = el('tbody')
    this.filter = el('input', { type: 'search', placeholder: 'name or type', input: () => this.sift() })
    this.none = el('p', { class: 'quiet' }, 'Nothing has come yet.')
    this.crowded = el('p', { class: 'bad', hidden: true })
    const head = el('tr', {}, ...COLUMNS.map(([key, title]) =>
      el('th', { scope: 'col', class: NUMERIC.has(key) ? 'number' : key }, title)))
    const table = el('table', { 'aria-labelledby': 'devices-title' }, el('thead', {}, head), this.body)
    this.node = section('devices', 'Devices',
      el('label', { class: 'field' }, el('span', {}, 'Show only'), this.filter),
      this.none, this.crowded,
      el('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'Table of devices' }, table))
    this.details = section('details', 'Details')
    this.details.hidden = true
  }

  sift() {
    const wanted = this.filter.value.trim().toLowerCase()
    for (const { row, text } of this.rows.values()) row.hidden = !text.includes(wanted)
  }

  reset() {
    for (const { row } of this.rows.values()) row.remove()
    this.rows.clear()
    this.chosen = null
    this.details.hidden = true
  }

  remove(id) {
    this.rows.get(id)?.row.remove()
    this.rows.delete(id)
    if (this.chosen !== id) return
    this.chosen = null
    this.details.hidden = true
  }

  make(device) {
    const cells = {}
    const button = el('button', {
      type: 'button', class: 'link', 'aria-pressed': 'false', click: () => this.choose(device.id),
    }, device.name || '(no name)')
    const line = svg('polyline', { points: '' })
    for (const [key] of COLUMNS) {
      cells[key] = el(key === 'name' ? 'th' : 'td', {
        class: NUMERIC.has(key) ? 'number' : key, ...(key === 'name' ? { scope: 'row' } : {}),
        dataset: { key },
      })
    }
    cells.name.append(button)
    if (device.inside) cells.name.append(el('span', { class: 'quiet' }, ` in ${device.inside}`))
    cells.spark.append(svg('svg', {
      viewBox: `0 0 ${WIDTH} ${HEIGHT}`, width: WIDTH, height: HEIGHT, 'aria-hidden': 'true', class: 'spark',
    }, line))
    const row = el('tr', { dataset: { device: device.name, type: device.type, id: device.id } },
      ...COLUMNS.map(([key]) => cells[key]))
    const made = { row, cells, line, button, text: `${device.name} ${device.type}`.toLowerCase() }
    this.rows.set(device.id, made)
    this.body.append(row)
    return made
  }

  choose(id) {
    this.chosen = this.chosen === id ? null : id
    for (const [number, { button, row }] of this.rows) {
      button.setAttribute('aria-pressed', String(number === this.chosen))
      row.classList.toggle('chosen', number === this.chosen)
    }
    this.showDetails()
  }

  update(changed, now, crowdedOut) {
    for (const device of changed) {
      const { cells, line, row } = this.rows.get(device.id) ?? this.make(device)
      say(cells.type, device.type)
      sayValue(cells.rate, format.rate(device.rate), device.rate)
      sayValue(cells.size, format.bytes(device.size), device.size)
      sayValue(cells.bandwidth, format.bytes(device.bandwidth), device.bandwidth)
      sayValue(cells.delay, device.delay_ms === null ? 'no stamp' : format.fixed(device.delay_ms, 1), device.delay_ms)
      const validity = device.valid === null ? '' : device.valid ? 'valid' : device.state
      sayValue(cells.validity, device.invalid ? `${validity} (${device.invalid} not)` : validity, device.invalid)
      const { bridge } = device
      const gate = bridge?.withholds ? 'withheld by the bridge' : device.gate
      say(cells.gate, gate)
      sayValue(cells.count, String(device.count), device.count)
      sayValue(cells.lost, String(device.lost), device.lost)
      // nobody knows without a bridge
      sayValue(cells.dropped, bridge ? String(bridge.dropped) : '', bridge?.dropped)
      const stages = { ...device.stages, ...bridge?.stages }
      sayValue(cells.stages, Object.entries(stages).map(([stage, [p50]]) => `${words(stage)} ${format.fixed(p50, 2)}`).join('  '),
        Object.keys(stages).length ? JSON.stringify(stages) : null)
      say(cells.summary, format.summary(device.value).slice(0, 120))
      line.setAttribute('points', spark(device.spark))
      row.classList.toggle('withheld', gate.startsWith('withheld'))
    }
    this.age(now)
    this.none.hidden = this.rows.size > 0
    this.crowded.hidden = crowdedOut === 0
    say(this.crowded, `${crowdedOut} messages of further devices are not shown`)
    if (this.filter.value) this.sift()
    if (changed.some((device) => device.id === this.chosen)) this.showDetails()
  }

  age(now) {
    for (const [id, { cells, row }] of this.rows) {
      const device = this.store.devices.get(id)
      if (device?.emergency) {
        const { time, text } = device.emergency
        const isRecent = device.gate === 'emergency' || now - time < EMERGENCY_S
        row.classList.toggle('emergency', isRecent)
        say(cells.gate, isRecent ? `emergency ${format.age(now - time)} ago: ${text}` : device.gate)
      }
      if (device) sayValue(cells.age, format.age(now - device.arrived), now - device.arrived)
    }
  }

  showDetails() {
    const device = this.store.devices.get(this.chosen)
    const heading = this.details.firstChild
    this.details.hidden = !device
    if (!device) return
    const { value } = device
    say(heading, device.name ? `Details of ${device.name}` : 'Details')
    const list = el('dl')
    const fact = (title, text, number = text) => {
      if (text === null || text === undefined || text === '') return
      const told = el('dd', { dataset: { fact: title } })
      sayValue(told, String(text), number)
      list.append(el('dt', {}, title), told)
    }
    fact('Device', device.full_name ?? device.name)
    fact('Type', device.type)
    fact('Peer', device.peer)
    fact('Header version', device.version)
    fact('Stamp / ns', device.stamp)
    fact('Bytes in all', format.bytes(device.bytes), device.bytes)
    fact('Stamps that went back', device.stamps_back)
    fact('Stamps that stood still', device.stamps_same)
    fact('State', device.state)
    fact('Cannot be shown', value.fault)
    for (const name of ['size', 'block', 'offset', 'dims']) {
      if (value[name]) fact(name, value[name].join(' x '), JSON.stringify(value[name]))
    }
    for (const name of ['spacing', 'position', 'quaternion', 'low', 'high']) {
      if (value[name]) fact(name, value[name].map((one) => format.fixed(one)).join('  '), JSON.stringify(value[name]))
    }
    for (const name of ['scalar', 'components', 'coordinates', 'codec', 'frame_bytes', 'points', 'vertices',
      'lines', 'polygons', 'triangle_strips', 'code', 'code_name', 'subcode', 'error_name', 'command_id', 'unit']) {
      fact(name, value[name])
    }
    for (const [whose, stages] of [['here', device.stages], ['bridge', device.bridge?.stages ?? {}]]) {
      for (const [stage, [p50, p99]] of Object.entries(stages)) {
        fact(`${words(stage)}, ${whose} / ms`, `${format.fixed(p50)} (p50)  ${format.fixed(p99)} (p99)`, JSON.stringify([p50, p99]))
      }
    }
    for (const { kind, what, number } of device.bridge?.counts ?? []) fact(`${kind}: ${what}`, number)
    const parts = [list]
    if (value.matrix) parts.push(matrix(value.matrix))
    if (value.values) parts.push(el('p', { class: 'values' }, value.values.map((one) => format.fixed(one, 4)).join('  ')))
    if (typeof value.text === 'string' && value.text) parts.push(el('pre', {}, value.text))
    if (value.rows) parts.push(rows(value))
    if (value.metadata) {
      parts.push(el('h3', {}, 'Metadata'), el('dl', {}, ...value.metadata.flatMap(([key, text]) =>
        [el('dt', {}, key), el('dd', {}, text)])))
    }
    this.details.replaceChildren(heading, ...parts)
  }
}

function matrix(numbers) {
  const table = el('table', { class: 'matrix', 'aria-label': 'Matrix, lengths in mm' })
  for (let row = 0; row < 3; row += 1) {
    table.append(el('tr', {}, ...numbers.slice(4 * row, 4 * row + 4).map((one) => {
      const cell = el('td', { class: 'number' })
      sayValue(cell, format.fixed(one, 4), one)
      return cell
    })))
  }
  return table
}

function place(row) {
  const at = row.position ?? row.target ?? (row.matrix ? [row.matrix[3], row.matrix[7], row.matrix[11]] : null)
  return at ? at.map((one) => format.fixed(one, 2)).join('  ') : ''
}

function rows(value) {
  const body = el('tbody', {}, ...value.rows.map((row) => el('tr', {},
    el('th', { scope: 'row' }, row.name), el('td', { class: 'number' }, place(row)),
    el('td', {}, row.state ?? row.group ?? ''))))
  const table = el('table', {},
    el('thead', {}, el('tr', {}, el('th', { scope: 'col' }, 'Name'),
      el('th', { scope: 'col', class: 'number' }, 'Place / mm'), el('th', { scope: 'col' }, 'State, group'))), body)
  const more = value.total - value.rows.length
  return el('div', {}, table, more > 0 ? el('p', { class: 'quiet' }, `and ${more} more`) : null)
}
