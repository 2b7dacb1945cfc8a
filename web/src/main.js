// The page of igtl monitor.

import 'uplot/dist/uPlot.min.css'
import './style.css'
import { Bridges } from './bridges.js'
import { Devices } from './devices.js'
import { say } from './dom.js'
import { Errors, Links, Texts } from './lists.js'
import { Orders } from './orders.js'
import { Pace } from './pace.js'
import { Pictures } from './pictures.js'
import { Plots } from './plots.js'
import { Scene } from './scene.js'
import * as format from './format.js'
import { Timeline } from './timeline.js'
import { Wire } from './wire.js'

/** so long nothing comes and the page says nothing of it; or so many of the pauses between what is to come */
const SILENT_S = 3
const SILENT_PAUSES = 3
/** a fault that has passed is told so long */
const FAULT_MS = 10_000
const THEMES = ['system', 'light', 'dark']

const store = {
  devices: new Map(),
  now: 0,
  wall: null,
  epoch: null,
  instance: null,
  /** A time of the monitor in words: of the day, or in a bag the place in it. */
  timeOf(seconds) {
    if (this.wall === null) return format.clock(seconds)
    return new Date(this.wall - (this.now - seconds) * 1000).toLocaleTimeString([], { hour12: false })
  },
}

/** What is wrong with which part; that of one does not stop the others. */
const faults = new Map()

function guard(part, act) {
  try {
    act()
    if (performance.now() - faults.get(part)?.at > FAULT_MS) faults.delete(part)
  } catch (error) {
    if (!faults.has(part)) console.warn(part, error)
    faults.set(part, { at: performance.now(), text: `${part}: ${error.message}` })
  }
  const node = document.getElementById('faults')
  say(node, faults.size ? `Not all is shown. ${[...faults.values()].map(({ text }) => text).join('; ')}` : '')
  node.hidden = !faults.size
}

function status(text, isGood) {
  const node = document.getElementById('status')
  say(node, text)
  node.classList.toggle('bad', !isGood)
}

const wire = new Wire({
  state,
  status,
  overview: (message) => guard('overview', () => timeline.overview(message)),
  robot: (message) => guard('robot', () => scene.showRobot(message)),
  answer: (message) => orders.answer(message),
  blob(blob) {
    if (blob.kind === 'picture') guard('picture', () => pictures.show(blob))
    if (blob.kind === 'shape') guard('shape', () => scene.robots.keep(blob))
    else guard(blob.kind, () => scene.show(blob))
  },
})

const devices = new Devices(store)
const links = new Links()
const bridges = new Bridges(store)
const texts = new Texts(store)
const errors = new Errors(store)
const pictures = new Pictures(store, (wanted) => wire.want(wanted))
const plots = new Plots()
const scene = new Scene(store, pictures)
const orders = new Orders(wire)
const timeline = new Timeline(wire)
const pace = new Pace(scene.isSoftware, (fps) => wire.slow(fps))
document.getElementById('status').after(pace.node)
document.getElementById('main').append(
  timeline.node, devices.node, devices.details, scene.node, pictures.node, plots.node, texts.node, links.node, bridges.node, errors.node,
  orders.node,
)

function state(message) {
  if (message.instance !== store.instance) {
    texts.reset()
    errors.reset()
  }
  if (message.instance !== store.instance || message.epoch !== store.epoch) {
    store.instance = message.instance
    store.epoch = message.epoch
    store.devices.clear()
    for (const [name, part] of Object.entries({ devices, pictures, plots, scene, texts })) guard(name, () => part.reset())
  }
  store.now = message.now
  store.wall = message.wall_ms
  store.fps = message.fps
  for (const device of message.devices) store.devices.set(device.id, device)
  for (const id of message.gone) {
    store.devices.delete(id)
    for (const [name, part] of Object.entries({ devices, pictures, plots, scene })) guard(name, () => part.remove(id))
  }
  guard('devices', () => devices.update(message.devices, message.now, message.crowded_out))
  guard('links', () => links.update(message.links))
  guard('bridges', () => bridges.update(message.bridges))
  guard('texts', () => texts.update(message.texts))
  guard('errors', () => errors.update(message.errors))
  guard('pictures', () => pictures.update(message.devices))
  guard('plots', () => plots.update(message.devices, message.samples, message.now))
  guard('scene', () => scene.update(message.devices))
  guard('orders', () => orders.update(message.links, message.control))
  guard('timeline', () => timeline.update(message.timeline))
  pace.update(message)
}

// -- when nothing comes any more

let isSilent = false

setInterval(() => {
  const { silence } = wire
  const now = silence > Math.max(SILENT_S, SILENT_PAUSES / (store.fps || Infinity))
  document.body.classList.toggle('silent', now)
  if (now) {
    // in a bag the time stands still meanwhile
    if (store.wall !== null) devices.age(store.now + silence)
    links.lose()
    if (wire.isOpen) status(`nothing has come from the monitor for ${format.age(silence)}: what is shown is old`, false)
  } else if (isSilent && wire.isOpen) {
    status('connected', true)
  }
  isSilent = now
}, 500)

// -- light and dark

const theme = document.getElementById('theme')

function show(name) {
  if (name === 'system') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = name
  say(theme, name === 'system' ? 'Theme: as the system' : `Theme: ${name}`)
  scene.restyle()
  plots.restyle()
}

theme.addEventListener('click', () => {
  const now = document.documentElement.dataset.theme ?? 'system'
  const next = THEMES[(THEMES.indexOf(now) + 1) % THEMES.length]
  localStorage.setItem('theme', next)
  show(next)
})
const kept = localStorage.getItem('theme')
show(THEMES.includes(kept) ? kept : 'system')
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => show(document.documentElement.dataset.theme ?? 'system'))
