// All that has a place, in one scene: lengths in mm, axes R, A, S, which are x, y, z of ROS in m.

import {
  AmbientLight, ArrowHelper, AxesHelper, Box3, BufferAttribute, BufferGeometry, CanvasTexture, Color, DirectionalLight,
  DoubleSide, GridHelper, Group, Line, LineBasicMaterial, LineSegments, LinearFilter, Mesh, MeshBasicMaterial,
  MeshLambertMaterial, PerspectiveCamera, Points, PointsMaterial, Scene as ThreeScene, SphereGeometry, Sprite, SpriteMaterial,
  SRGBColorSpace, Vector3, WebGLRenderer,
} from 'three'
import { OrbitControls } from 'three/examples/jsm/controls/OrbitControls.js'
import { el, say, section } from './dom.js'
import * as format from './format.js'
import { Places, posesOf } from './frames.js'
import { Robots } from './robots.js'

const MOST_LABELS = 150
/** height of a name, as a part of the view */
const LABEL = 0.03
/** so long nothing is drawn anew where there is no graphics card: the cores have other things to do */
const SOFTWARE_PAUSE_MS = 400
/** edge of the corner that always shows which way the axes point, in pixels */
const CORNER = 120
const AXES = [['R', 'x', 0xd33c3c], ['A', 'y', 0x2f9e44], ['S', 'z', 0x3b6fd4]]
const SPHERE = new SphereGeometry(0.5, 16, 12)

function colourOf(name) {
  let hash = 7
  for (const letter of name) hash = (hash * 31 + letter.codePointAt(0)) >>> 0
  return new Color().setHSL((hash % 360) / 360, 0.6, 0.55)
}

/** Set a matrix of 16 numbers, rows first. */
function put(node, numbers) {
  node.matrixAutoUpdate = false
  node.matrix.set(...numbers)
  node.matrixWorldNeedsUpdate = true
}

/** Tell whether there is no graphics card; it has to be known before the canvas is made. */
function drawsInSoftware() {
  const gl = document.createElement('canvas').getContext('webgl2')
  if (!gl) return true
  const about = gl.getExtension('WEBGL_debug_renderer_info')
  const drawer = gl.getParameter(about ? about.UNMASKED_RENDERER_WEBGL : gl.RENDERER)
  gl.getExtension('WEBGL_lose_context')?.loseContext()
  return /swiftshader|llvmpipe|software|basic render/i.test(drawer)
}

function drop(node) {
  node.parent?.remove(node)
  node.traverse((part) => {
    if (part.geometry && part.geometry !== SPHERE) part.geometry.dispose()
    if (part.material) {
      part.material.map?.dispose()
      part.material.dispose()
    }
  })
}

export class Scene {
  constructor(store, pictures) {
    this.store = store
    this.pictures = pictures
    this.canvas = el('canvas', { tabindex: 0, role: 'img', 'aria-label': '3-D scene', keydown: (event) => this.key(event) })
    this.told = el('p', { class: 'quiet', dataset: { told: '' } })
    this.fault = el('p', { class: 'bad', hidden: true })
    this.unit = el('select', { change: () => this.drawAxes() },
      el('option', { value: 'ras' }, 'RAS / mm'), el('option', { value: 'ros' }, 'ROS / m'))
    this.labels = el('input', { type: 'checkbox', checked: true, change: () => this.render() })
    this.node = section('scene', 'Scene',
      el('div', { class: 'controls' },
        el('button', { type: 'button', click: () => this.fit() }, 'Show all'),
        el('label', { class: 'field' }, el('span', {}, 'Axes'), this.unit),
        el('label', { class: 'field' }, this.labels, el('span', {}, 'Names'))),
      this.canvas, this.told, this.fault)
    this.parts = { poses: new Map(), points: new Map(), meshes: new Map(), planes: new Map() }
    /** meshes that cannot be drawn: which, and why */
    this.notDrawn = new Map()
    this.world = new ThreeScene()
    this.things = new Group()
    this.axes = new Group()
    this.robots = new Robots()
    this.things.add(this.robots.group)
    this.world.add(this.things, this.axes, new AmbientLight(0xffffff, 1.6))
    this.isFitted = false
    this.size = 100
    try {
      this.start()
    } catch (error) {
      this.fault.hidden = false
      say(this.fault, `There is no 3-D here: ${error.message}`)
    }
  }

  start() {
    this.isSoftware = drawsInSoftware()
    this.renderer = new WebGLRenderer({ canvas: this.canvas, antialias: !this.isSoftware })
    this.pause = this.isSoftware ? SOFTWARE_PAUSE_MS : 0
    this.drawn = -Infinity
    this.camera = new PerspectiveCamera(40, 1, 1, 10000)
    this.camera.up.set(0, 0, 1)
    this.camera.position.set(220, -320, 180)
    const light = new DirectionalLight(0xffffff, 1.4)
    light.position.set(0.4, -0.6, 1)
    this.camera.add(light)
    this.world.add(this.camera)
    this.controls = new OrbitControls(this.camera, this.canvas)
    this.controls.addEventListener('change', () => this.render(true))
    this.controls.enableDamping = false
    new ResizeObserver(() => this.resize()).observe(this.canvas)
    // nobody sees what is drawn elsewhere; whether that is so is told at once
    this.isSeen = false
    new IntersectionObserver(([entry]) => {
      this.isSeen = entry.isIntersecting
      this.render()
    }).observe(this.canvas)
    this.corner = new ThreeScene()
    this.cornerCamera = new PerspectiveCamera(40, 1, 0.1, 10)
    this.cornerCamera.up.set(0, 0, 1)
    this.drawAxes()
  }

  resize() {
    const { clientWidth: width, clientHeight: height } = this.canvas
    if (!width || !height) return
    this.renderer.setPixelRatio(Math.min(devicePixelRatio, 2))
    this.renderer.setSize(width, height, false)
    this.camera.aspect = width / height
    this.camera.updateProjectionMatrix()
    this.render()
  }

  restyle() {
    const style = getComputedStyle(document.documentElement)
    this.ink = style.getPropertyValue('--ink').trim()
    this.world.background = new Color(style.getPropertyValue('--well').trim())
    if (this.renderer) this.drawAxes()
    for (const { label, name } of this.parts.poses.values()) this.relabel(label, name)
  }

  // -- what is drawn

  drawAxes() {
    if (!this.renderer) return
    for (const part of [...this.axes.children, ...this.corner.children]) drop(part)
    this.arrows(this.axes, this.size)
    const grid = new GridHelper(2 * this.size, 10, 0x888888, 0x888888)
    grid.rotation.x = Math.PI / 2
    grid.material.transparent = true
    grid.material.opacity = 0.25
    this.axes.add(grid)
    const names = this.arrows(this.corner, 1)
    for (const name of names) {
      name.scale.multiplyScalar(4.5)
      name.center.set(0.5, 0.5)
      name.position.multiplyScalar(1.2)
    }
    this.tell()
    this.render()
  }

  /** Draw the three axes, each with its name; gives the names. */
  arrows(parent, length) {
    const isRos = this.unit.value === 'ros'
    return AXES.map(([ras, ros, colour], at) => {
      const direction = new Vector3().setComponent(at, 1)
      parent.add(new ArrowHelper(direction, new Vector3(), length, colour, length / 6, length / 12))
      const label = this.label(isRos ? `${ros} (${ras})` : `${ras} (${ros})`, `#${colour.toString(16).padStart(6, '0')}`)
      label.position.copy(direction.multiplyScalar(length * 1.08))
      parent.add(label)
      return label
    })
  }

  label(text, colour = this.ink) {
    const sprite = new Sprite(new SpriteMaterial({ depthTest: false, sizeAttenuation: false, transparent: true }))
    sprite.renderOrder = 9
    this.relabel(sprite, text, colour)
    return sprite
  }

  relabel(sprite, text, colour = this.ink) {
    const canvas = document.createElement('canvas')
    const context = canvas.getContext('2d')
    const font = '600 28px system-ui, sans-serif'
    const shown = text.length > 40 ? `${text.slice(0, 39)}\u2026` : text
    context.font = font
    canvas.width = Math.ceil(context.measureText(shown).width) + 8
    canvas.height = 38
    context.font = font
    context.fillStyle = colour || '#888'
    context.fillText(shown, 4, 28)
    sprite.material.map?.dispose()
    sprite.material.map = new CanvasTexture(canvas)
    sprite.material.map.colorSpace = SRGBColorSpace
    sprite.material.map.minFilter = LinearFilter
    sprite.material.needsUpdate = true
    sprite.scale.set((LABEL * canvas.width) / canvas.height, LABEL, 1)
    sprite.center.set(0, 0)
    sprite.userData.isLabel = true
  }

  reset() {
    for (const kind of Object.values(this.parts)) {
      for (const { node } of kind.values()) drop(node)
      kind.clear()
    }
    this.robots.reset()
    this.notDrawn.clear()
    this.tell()
    this.render()
  }

  remove(id) {
    for (const kind of ['points', 'meshes', 'planes']) this.take(kind, id)
    this.robots.remove(id)
    this.notDrawn.delete(id)
    this.placePoses()
    this.render()
  }

  take(kind, id) {
    const found = this.parts[kind].get(id)
    if (found) drop(found.node)
    this.parts[kind].delete(id)
  }

  update(changed) {
    let hasPoses = false
    const faults = []
    for (const device of changed) {
      const { shape } = device.value
      try {
        if (shape === 'pose' || shape === 'tools') hasPoses = true
        else if (shape === 'points') this.drawPoints(device)
        else if (shape === 'paths') this.drawPaths(device)
        else if (shape === 'text') this.robots.read(device)
      } catch (error) {
        faults.push(`${device.name}: ${error.message}`)
      }
    }
    if (hasPoses || this.robots.changed) this.placePoses()
    if (changed.length) this.shown()
    if (faults.length) throw new Error(faults.join('; '))
  }

  placePoses() {
    const poses = posesOf(this.store.devices.values())
    this.places = new Places(poses)
    const seen = new Set()
    for (const pose of poses) {
      if (!pose.matrix) continue
      const { matrix, valid } = this.places.at(pose)
      seen.add(pose.key)
      let part = this.parts.poses.get(pose.key)
      if (part && part.name !== pose.name) {
        drop(part.node)
        part = null
      }
      if (!part) {
        const node = new Group()
        const mark = pose.turned ? new AxesHelper(1) : new Mesh(SPHERE, new MeshBasicMaterial({ color: colourOf(pose.name) }))
        const label = this.label(pose.name)
        label.visible = this.parts.poses.size < MOST_LABELS
        mark.userData.isMark = true
        node.add(mark, label)
        this.things.add(node)
        part = { node, mark, label, name: pose.name }
        this.parts.poses.set(pose.key, part)
      }
      put(part.node, matrix)
      part.mark.scale.setScalar(this.size / (pose.turned ? 6 : 30))
      // one that is not valid, or hangs on such a one, is where it was last seen, or nowhere: it is faint
      for (const one of [part.mark, part.label]) {
        one.material.transparent = true
        one.material.opacity = valid ? 1 : 0.25
      }
    }
    for (const [key, part] of [...this.parts.poses]) {
      if (seen.has(key)) continue
      drop(part.node)
      this.parts.poses.delete(key)
    }
    this.robots.place(this.places)
    for (const mesh of this.parts.meshes.values()) this.placeMesh(mesh)
  }

  drawPoints(device) {
    this.take('points', device.id)
    const node = new Group()
    for (const row of device.value.rows) {
      if (!row.position.every(Number.isFinite)) continue
      const [red, green, blue, alpha] = row.rgba
      const ball = new Mesh(SPHERE, new MeshLambertMaterial({
        color: new Color(red / 255, green / 255, blue / 255), transparent: alpha < 255, opacity: alpha / 255,
      }))
      ball.position.set(...row.position)
      ball.scale.setScalar(Number.isFinite(row.diameter) && row.diameter > 0 ? row.diameter : this.size / 50)
      node.add(ball)
      if (row.name && node.children.length < MOST_LABELS) {
        const label = this.label(row.name)
        label.position.set(...row.position)
        node.add(label)
      }
    }
    this.things.add(node)
    this.parts.points.set(device.id, { node, count: device.value.total })
  }

  drawPaths(device) {
    this.take('points', device.id)
    const node = new Group()
    for (const row of device.value.rows) {
      const ends = [row.entry, row.target].filter((end, at) => row.type !== 2 - at && end.every(Number.isFinite))
      if (!ends.length) continue
      const geometry = new BufferGeometry().setFromPoints(ends.map((end) => new Vector3(...end)))
      const [red, green, blue] = row.rgba
      const color = new Color(red / 255, green / 255, blue / 255)
      node.add(ends.length === 2 ? new Line(geometry, new LineBasicMaterial({ color }))
        : new Points(geometry, new PointsMaterial({ color, size: 6, sizeAttenuation: false })))
      const label = this.label(row.name)
      label.position.set(...ends[ends.length - 1])
      node.add(label)
    }
    this.things.add(node)
    this.parts.points.set(device.id, { node, count: device.value.total })
  }

  /** Show a robot that was given to the monitor. */
  showRobot({ name, text, faults }) {
    this.robots.load(`file ${name}`, text, undefined, this.robots.shapes.get(name), faults)
    this.placePoses()
    this.shown()
  }

  show(blob) {
    if (!this.renderer) return
    if (blob.kind === 'mesh') this.drawMesh(blob)
    else this.drawPlane(blob)
    this.shown()
  }

  /** Tell and draw what is new; the first time all of it is brought into view. */
  shown() {
    this.tell()
    if (!this.isFitted && this.bounds()) {
      this.isFitted = true
      this.fit()
    }
    this.render()
  }

  drawMesh(blob) {
    this.take('meshes', blob.id)
    const device = this.store.devices.get(blob.id)
    this.notDrawn.delete(blob.id)
    if (device && blob.fault) this.notDrawn.set(blob.id, `${device.name} is not shown: ${blob.fault}`)
    if (!device || !blob.points) return
    const node = new Group()
    const positions = new BufferAttribute(blob.positions, 3)
    const hasColours = blob.colours === blob.points
    const color = hasColours ? new Color(1, 1, 1) : colourOf(device.name)
    const colours = hasColours ? new BufferAttribute(blob.rgba, 4, true) : null
    const make = (index) => {
      const geometry = new BufferGeometry()
      geometry.setAttribute('position', positions)
      if (colours) geometry.setAttribute('color', colours)
      if (index) geometry.setIndex(new BufferAttribute(index, 1))
      return geometry
    }
    if (blob.triangles) {
      const geometry = make(blob.indices)
      geometry.computeVertexNormals()
      node.add(new Mesh(geometry, new MeshLambertMaterial({ color, vertexColors: hasColours, side: DoubleSide })))
    }
    if (blob.pieces) node.add(new LineSegments(make(blob.ends), new LineBasicMaterial({ color, vertexColors: hasColours })))
    if (!blob.triangles && !blob.pieces) {
      node.add(new Points(make(null), new PointsMaterial({ color, vertexColors: hasColours, size: 3, sizeAttenuation: false })))
    }
    this.things.add(node)
    const { triangles, points } = blob
    const mesh = { node, name: device.full_name ?? device.name, link: device.link, triangles, points }
    this.parts.meshes.set(blob.id, mesh)
    this.placeMesh(mesh)
  }

  /** A model `link_mesh` belongs under the pose `link`, as the bridge sends robots; it is nowhere if that is not valid. */
  placeMesh({ node, name, link }) {
    const frame = name.endsWith('_mesh') ? name.slice(0, -5) : null
    const place = frame && (this.places?.of(frame, link) ?? this.robots.placeOf(frame))
    node.visible = !!place || !(frame && this.places?.isLost(frame, link))
    put(node, place ?? [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1])
  }

  drawPlane(blob) {
    const drawn = this.pictures.drawn(blob.id)
    const { matrix, columns, rows } = blob
    if (!drawn || !columns || !rows || !matrix.every(Number.isFinite)) {
      this.take('planes', blob.id)
      return
    }
    let plane = this.parts.planes.get(blob.id)
    if (!plane || plane.columns !== columns || plane.rows !== rows) {
      this.take('planes', blob.id)
      const geometry = new BufferGeometry()
      // from the edge of the first pixel to that of the last
      geometry.setAttribute('position', new BufferAttribute(new Float32Array([
        -0.5, -0.5, 0, columns - 0.5, -0.5, 0, -0.5, rows - 0.5, 0, columns - 0.5, rows - 0.5, 0]), 3))
      geometry.setAttribute('uv', new BufferAttribute(new Float32Array([0, 1, 1, 1, 0, 0, 1, 0]), 2))
      geometry.setIndex([0, 1, 2, 2, 1, 3])
      const map = new CanvasTexture(drawn.canvas)
      map.colorSpace = SRGBColorSpace
      map.minFilter = LinearFilter
      map.generateMipmaps = false
      const node = new Mesh(geometry, new MeshBasicMaterial({ map, side: DoubleSide, toneMapped: false }))
      this.things.add(node)
      plane = { node, columns, rows }
      this.parts.planes.set(blob.id, plane)
    }
    put(plane.node, [...matrix, 0, 0, 0, 1])
    plane.node.material.map.needsUpdate = true
  }

  // -- looking at it

  /** @param {boolean} withMarks with the axes and balls that stand for poses, as large as they are drawn */
  bounds(withMarks = true) {
    const box = new Box3()
    this.things.updateMatrixWorld(true)
    this.things.traverseVisible((part) => {
      if (part.userData.isMark && !withMarks) return
      if (part.isSprite) box.expandByPoint(part.getWorldPosition(new Vector3()))
      else if (part.geometry) box.expandByObject(part)
    })
    return box.isEmpty() ? null : box
  }

  fit() {
    const box = this.bounds()
    if (!box || !this.renderer) return
    const centre = box.getCenter(new Vector3())
    const radius = Math.max(box.getSize(new Vector3()).length() / 2, 1)
    this.size = Math.max(10 ** Math.floor(Math.log10(radius)), radius / 2)
    const away = radius / Math.sin((this.camera.fov * Math.PI) / 360)
    const direction = this.camera.position.clone().sub(this.controls.target).normalize()
    this.controls.target.copy(centre)
    this.camera.position.copy(centre).addScaledVector(direction, away * 1.1)
    this.camera.near = away / 1000
    this.camera.far = away * 100
    this.camera.updateProjectionMatrix()
    this.controls.update()
    this.drawAxes()
    this.placePoses()
    this.render()
  }

  key(event) {
    if (!this.renderer) return
    const offset = this.camera.position.clone().sub(this.controls.target)
    const turn = 0.1
    const up = new Vector3(0, 0, 1)
    const side = new Vector3().crossVectors(up, offset).normalize()
    const moves = {
      ArrowLeft: () => offset.applyAxisAngle(up, -turn), ArrowRight: () => offset.applyAxisAngle(up, turn),
      ArrowUp: () => offset.applyAxisAngle(side, -turn), ArrowDown: () => offset.applyAxisAngle(side, turn),
      '+': () => offset.multiplyScalar(1 / 1.15), '-': () => offset.multiplyScalar(1.15), Home: () => this.fit(),
    }
    if (!(event.key in moves)) return
    event.preventDefault()
    moves[event.key]()
    if (event.key === 'Home') return
    // straight from above or below there is no way round
    if (Math.abs(offset.clone().normalize().z) > 0.999) return
    this.camera.position.copy(this.controls.target).add(offset)
    this.controls.update()
    this.render(true)
  }

  tell() {
    const { poses, points, meshes, planes } = this.parts
    const sum = (kind, key) => [...kind.values()].reduce((all, one) => all + one[key], 0)
    const length = this.unit.value === 'ros' ? `${format.fixed(this.size / 1000, 3)} m` : `${format.fixed(this.size, 1)} mm`
    const nowhere = [...meshes.values()].filter(({ node }) => !node.visible).length
    const parts = [`${poses.size} poses`, `${sum(points, 'count')} points and paths`,
      `${meshes.size} meshes of ${sum(meshes, 'triangles')} triangles${nowhere ? ` (${nowhere} not shown: its pose is not valid)` : ''}`, `${planes.size} image planes`]
    if (this.robots.count) parts.push(this.robots.words())
    parts.push(...this.notDrawn.values())
    const box = this.bounds(false)
    const ends = box ? [box.min, box.max].map((end) => end.toArray()) : []
    this.told.dataset.ends = JSON.stringify(ends)
    const [from, to] = ends.map((end) => end.map((one) => (this.unit.value === 'ros' ? format.fixed(one / 1000, 3) : format.fixed(one, 1))).join(' '))
    if (box) parts.push(`from ${from} to ${to} ${this.unit.value === 'ros' ? 'm' : 'mm'}`)
    const text = `${parts.join(', ')}. Axes: R is x, A is y, S is z of ROS, ${length} long.`
    say(this.told, text)
    this.canvas.setAttribute('aria-label', `3-D scene: ${text}`)
  }

  /** @param {boolean} isTurned by hand, which is shown at once */
  render(isTurned = false) {
    if (!this.renderer || !this.isSeen) return
    const wait = isTurned ? 0 : Math.max(0, this.drawn + this.pause - performance.now())
    if (this.isDue && (this.isSoon || wait)) return
    this.isDue = true
    this.isSoon = !wait
    clearTimeout(this.waiting)
    const next = () => requestAnimationFrame(() => {
      this.isDue = false
      this.drawn = performance.now()
      this.things.traverse((part) => {
        if (part.userData.isLabel) part.visible = this.labels.checked
      })
      this.draw()
    })
    // at once: the page is put together once for the scene and the numbers that came with it
    if (wait) this.waiting = setTimeout(next, wait)
    else next()
  }

  draw() {
    const { renderer, camera, canvas } = this
    const { clientWidth: width, clientHeight: height } = canvas
    renderer.setViewport(0, 0, width, height)
    renderer.render(this.world, camera)
    const offset = camera.position.clone().sub(this.controls.target).setLength(5.6)
    this.cornerCamera.position.copy(offset)
    this.cornerCamera.lookAt(0, 0, 0)
    renderer.autoClear = false
    renderer.clearDepth()
    renderer.setViewport(0, 0, CORNER, CORNER)
    renderer.render(this.corner, this.cornerCamera)
    renderer.autoClear = true
  }
}
