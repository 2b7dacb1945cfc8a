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

const wire = new Wire({
  state,
  overview: (message) => timeline.overview(message),
  robot: (message) => scene.showRobot(message),
  answer: (message) => orders.answer(message),
  blob(blob) {
    if (blob.kind === 'picture') pictures.show(blob)
    if (blob.kind === 'shape') scene.robots.keep(blob)
    else scene.show(blob)
  },
  status(text, isGood) {
    const node = document.getElementById('status')
    say(node, text)
    node.classList.toggle('bad', !isGood)
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
    for (const part of [devices, pictures, plots, scene, texts]) part.reset()
  }
  store.now = message.now
  store.wall = message.wall_ms
  for (const device of message.devices) store.devices.set(device.id, device)
  for (const id of message.gone) {
    store.devices.delete(id)
    for (const part of [devices, pictures, plots, scene]) part.remove(id)
  }
  devices.update(message.devices, message.now, message.crowded_out)
  links.update(message.links)
  bridges.update(message.bridges)
  texts.update(message.texts)
  errors.update(message.errors)
  pictures.update(message.devices)
  plots.update(message.devices, message.samples, message.now)
  scene.update(message.devices)
  orders.update(message.links, message.control)
  timeline.update(message.timeline)
  pace.update(message)
}

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
