// The last image of each device: a slice, with window and level, and the number under the pointer.

import { el, say, sayValue, section } from './dom.js'
import * as format from './format.js'

/** What pictures of bytes are shown with; all else in the range that it has. */
const BYTES = [0, 255]
const MOST = 16

/** Make RGBA of the numbers of a slice: level is the middle of the window. */
export function paint(picture, low, high, out) {
  const { pixels, components } = picture
  const scale = 255 / (high - low || 1)
  for (let at = 0, to = 0; to < out.length; to += 4, at += components) {
    for (let c = 0; c < 3; c += 1) {
      out[to + c] = (pixels[at + (components >= 3 ? c : 0)] - low) * scale // clamped, rounded
    }
    out[to + 3] = 255
  }
}

class Picture {
  constructor(device, changed) {
    this.id = device.id
    this.changed = changed
    this.axis = 'k'
    this.index = null
    this.window = null
    this.picture = null
    this.canvas = el('canvas', { role: 'img', tabindex: 0, 'aria-label': `Image ${device.name}`, keydown: (event) => this.key(event) })
    this.canvas.addEventListener('pointermove', (event) => this.probe(event))
    this.caption = el('figcaption')
    this.under = el('p', { class: 'quiet', dataset: { probe: '' } }, 'Point at the image, or use the arrow keys in it.')
    this.fault = el('p', { class: 'bad', hidden: true, dataset: { fault: '' } })
    this.note = el('p', { class: 'quiet', hidden: true })
    this.slider = el('input', { type: 'range', min: 0, max: 0, value: 0, input: () => this.cut(this.slider.valueAsNumber) })
    this.sliceNumber = el('output')
    this.axes = el('select', { change: () => { this.axis = this.axes.value; this.index = null; this.changed() } },
      ...['k', 'j', 'i'].map((axis) => el('option', { value: axis }, `across ${axis}`)))
    this.level = el('input', { type: 'range', step: 'any', input: () => this.setWindow() })
    this.width = el('input', { type: 'range', step: 'any', input: () => this.setWindow() })
    this.numbers = el('output')
    this.slices = el('div', { class: 'controls', hidden: true },
      field('Slice', this.slider, this.sliceNumber), field('Cut', this.axes))
    this.node = el('figure', { dataset: { device: device.name } }, this.caption, this.fault, this.canvas, this.under, this.note, this.slices,
      el('div', { class: 'controls' }, field('Level', this.level), field('Window', this.width, this.numbers),
        el('button', { type: 'button', click: () => { this.window = null; this.draw() } }, 'Whole range')))
    this.at = [0, 0]
  }

  get want() {
    return { id: this.id, axis: this.axis, index: this.index }
  }

  cut(index) {
    this.index = index
    this.changed()
  }

  describe(device) {
    const { value, shown } = device
    say(this.caption, `${device.name}: ${value.size.join(' x ')} ${value.scalar ?? value.codec}` +
      (value.components > 1 ? `, ${value.components} components` : ''))
    this.slices.hidden = value.size.filter((size) => size > 1).length < 3
    this.fault.hidden = !shown.fault && !shown.left_out
    say(this.fault, [shown.fault ? `Not shown: ${shown.fault}.` : '', shown.left_out ? `${shown.left_out} frames left out, for want of time.` : '']
      .filter(Boolean).join(' '))
  }

  show(picture) {
    this.picture = picture
    const { columns, rows } = picture
    if (this.canvas.width !== columns || this.canvas.height !== rows) {
      this.canvas.width = columns
      this.canvas.height = rows
      // no wider than there is room, no higher than that of a screen
      this.canvas.style.width = `min(100%, ${((24 * columns) / Math.max(rows, 1)).toFixed(2)}rem)`
    }
    this.slider.max = Math.max(0, picture.depth - 1)
    this.slider.value = picture.index
    sayValue(this.sliceNumber, `${picture.index + 1} of ${picture.depth}`, picture.index)
    this.note.hidden = picture.step === 1
    say(this.note, `Every ${picture.step}th pixel is shown.`)
    this.draw()
  }

  range() {
    const { scalar, low, high } = this.picture
    if (this.window) return this.window
    return scalar === 'uint8' ? BYTES : [low, high]
  }

  draw() {
    const { picture } = this
    if (!picture || !picture.rows || !picture.columns) return
    const [low, high] = this.range()
    const limits = picture.scalar === 'uint8' ? BYTES : [Math.min(low, picture.low), Math.max(high, picture.high)]
    if (document.activeElement !== this.level && document.activeElement !== this.width) {
      this.level.min = limits[0]
      this.level.max = limits[1]
      this.width.min = 0
      this.width.max = limits[1] - limits[0]
      this.level.value = (low + high) / 2
      this.width.value = high - low
    }
    sayValue(this.numbers, `${format.fixed(low, 1)} to ${format.fixed(high, 1)}`, JSON.stringify([low, high]))
    const context = this.canvas.getContext('2d')
    const image = context.createImageData(picture.columns, picture.rows)
    paint(picture, low, high, image.data)
    context.putImageData(image, 0, 0)
    this.canvas.dataset.count = picture.count
    this.canvas.dataset.stamp = picture.stamp
    this.tellPixel()
  }

  setWindow() {
    const level = this.level.valueAsNumber
    const half = Math.max(this.width.valueAsNumber / 2, 1e-9)
    this.window = [level - half, level + half]
    this.draw()
  }

  probe(event) {
    if (!this.picture) return
    const box = this.canvas.getBoundingClientRect()
    this.at = [
      Math.floor(((event.clientX - box.left) / box.width) * this.picture.columns),
      Math.floor(((event.clientY - box.top) / box.height) * this.picture.rows),
    ]
    this.tellPixel()
  }

  key(event) {
    const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }
    const turns = { PageUp: 1, PageDown: -1 }
    if (event.key in moves) {
      this.at = this.at.map((one, n) => one + moves[event.key][n] * (event.shiftKey ? 10 : 1))
      this.tellPixel()
    } else if (event.key in turns && this.picture) {
      this.cut(Math.min(Math.max(this.picture.index + turns[event.key], 0), this.picture.depth - 1))
    } else return
    event.preventDefault()
  }

  tellPixel() {
    const { picture } = this
    if (!picture || !picture.rows || !picture.columns) return
    const column = Math.min(Math.max(this.at[0], 0), picture.columns - 1)
    const row = Math.min(Math.max(this.at[1], 0), picture.rows - 1)
    this.at = [column, row]
    const at = (row * picture.columns + column) * picture.components
    const values = Array.from(picture.pixels.subarray(at, at + picture.components))
    sayValue(this.under, `Column ${column * picture.step}, row ${row * picture.step}: ${values.join(' ')}`, values.join(' '))
  }
}

function field(label, ...inputs) {
  return el('label', { class: 'field' }, el('span', {}, label), ...inputs)
}

export class Pictures {
  constructor(store, want) {
    this.store = store
    this.pictures = new Map()
    this.want = () => want([...this.pictures.values()].map((one) => one.want))
    this.none = el('p', { class: 'quiet' }, 'No image has come yet.')
    this.more = el('p', { class: 'quiet', hidden: true }, `Of more than ${MOST} images the first are shown.`)
    this.body = el('div', { class: 'figures' })
    this.node = section('images', 'Images', this.none, this.more, this.body)
  }

  reset() {
    for (const id of [...this.pictures.keys()]) this.remove(id)
  }

  remove(id) {
    this.pictures.get(id)?.node.remove()
    if (this.pictures.delete(id)) this.want()
    this.none.hidden = this.pictures.size > 0
  }

  update(changed) {
    for (const device of changed) {
      if (!device.shown) continue
      let picture = this.pictures.get(device.id)
      if (!picture) {
        if (this.pictures.size >= MOST) {
          this.more.hidden = false
          continue
        }
        picture = new Picture(device, this.want)
        this.pictures.set(device.id, picture)
        this.body.append(picture.node)
        this.none.hidden = true
        this.want()
      }
      picture.describe(device)
    }
  }

  show(blob) {
    this.pictures.get(blob.id)?.show(blob)
  }

  /** What is drawn of an image, for the scene. */
  drawn(id) {
    const found = this.pictures.get(id)
    return found?.picture ? { picture: found.picture, canvas: found.canvas } : null
  }
}
