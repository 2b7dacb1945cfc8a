// Robots whose description (URDF) came as a text, or was given to the monitor: their shapes, at the poses of their links.

import { Box3, BufferAttribute, BufferGeometry, DoubleSide, Group, LoadingManager, Matrix4, Mesh, MeshLambertMaterial } from 'three'
import URDFLoader from 'urdf-loader'

const MM = 1000

/** Free what the graphics card holds of a robot; shapes of files are used again. */
function free(robot) {
  robot.traverse((part) => {
    if (part.geometry && !part.userData.isKept) part.geometry.dispose()
    for (const material of [part.material].flat()) material?.dispose()
  })
}

/** Refuse a robot of which a link hangs on itself, or on two others: it would be walked through for ever. */
function checkTree(text) {
  const parents = new Map()
  const nodes = new DOMParser().parseFromString(text, 'text/xml').querySelectorAll('robot > joint')
  for (const joint of nodes) {
    const [parent, child] = ['parent', 'child'].map((name) => joint.querySelector(`:scope > ${name}`)?.getAttribute('link'))
    if (parents.has(child)) throw new Error(`the link '${child}' has two parents`)
    parents.set(child, parent)
  }
  const sound = new Set()
  for (const start of parents.keys()) {
    const chain = new Set()
    for (let link = start; parents.has(link) && !sound.has(link); link = parents.get(link)) {
      if (chain.has(link)) throw new Error(`the link '${link}' hangs on itself`)
      chain.add(link)
    }
    for (const link of chain) sound.add(link)
  }
}

/** Refuse a robot with a part that is nowhere: nothing of the scene could be brought into view. */
function checkPlaces(robot) {
  robot.updateMatrixWorld(true)
  robot.traverse((part) => {
    const box = part.geometry && new Box3().setFromObject(part)
    const numbers = [...part.matrixWorld.elements, ...(box && !box.isEmpty() ? [...box.min.toArray(), ...box.max.toArray()] : [])]
    if (!numbers.every(Number.isFinite)) throw new Error(`'${part.name || part.parent?.name}' has a number that is not finite`)
  })
}

export class Robots {
  constructor() {
    this.group = new Group()
    this.byDevice = new Map()
    /** of files that were given to the monitor: robot -> file -> shape */
    this.shapes = new Map()
    this.joints = new Map()
    this.changed = false
  }

  get count() {
    return this.byDevice.size
  }

  words() {
    const all = [...this.byDevice.values()]
    const links = all.reduce((sum, { robot }) => sum + Object.keys(robot?.links ?? {}).length, 0)
    const missing = all.reduce((sum, one) => sum + one.missing, 0)
    const faults = all.flatMap((one) => one.faults)
    return `${this.count} robots of ${links} links` + (missing ? ` (${missing} shapes are in files that are not here: see --urdf)` : '') +
      (faults.length ? ` (${faults.join('; ')})` : '')
  }

  /** Forget what devices have sent; what was given to the monitor stays. */
  reset() {
    for (const id of [...this.byDevice.keys()]) if (typeof id === 'number') this.remove(id)
    this.joints.clear()
  }

  remove(id) {
    const found = this.byDevice.get(id)
    if (found?.robot) {
      this.group.remove(found.robot)
      free(found.robot)
    }
    this.byDevice.delete(id)
  }

  /** Keep a shape of a file for the robot that comes after it. */
  keep(blob) {
    const geometry = new BufferGeometry()
    geometry.setAttribute('position', new BufferAttribute(blob.positions, 3))
    if (blob.colours) geometry.setAttribute('color', new BufferAttribute(blob.rgba, 4, true))
    geometry.setIndex(new BufferAttribute(blob.indices, 1))
    geometry.computeVertexNormals()
    if (!this.shapes.has(blob.robot)) this.shapes.set(blob.robot, new Map())
    this.shapes.get(blob.robot).get(blob.file)?.dispose()
    this.shapes.get(blob.robot).set(blob.file, geometry)
  }

  /** Take in a text: it may be a robot, or say how the joints of one are. */
  read(device) {
    const { text, length } = device.value
    if (length !== text.length) return
    const start = text.trimStart()
    if (start.startsWith('<') && text.includes('<robot')) {
      if (this.byDevice.get(device.id)?.text !== text) this.load(device.id, text, device.link)
    } else if (start.startsWith('{') && text.includes('"position"')) this.readJoints(text)
  }

  /** @param {number} [link] over which it came: its poses come first */
  load(id, text, link, shapes = new Map(), faults = []) {
    this.remove(id)
    const told = { text, link, robot: null, missing: 0, faults: [...faults] }
    this.byDevice.set(id, told)
    const loader = new URDFLoader(new LoadingManager())
    loader.parseCollision = false
    loader.packages = (name) => `package://${name}`
    // the page loads nothing by itself: shapes of files come from the monitor, or not at all
    loader.loadMeshCb = (path, manager, material, done) => {
      const geometry = shapes.get(path)
      if (!geometry) {
        told.missing += 1
        done(null)
        return
      }
      const own = geometry.hasAttribute('color')
      const shape = new Mesh(geometry, own ? new MeshLambertMaterial({ vertexColors: true, side: DoubleSide }) : material)
      shape.userData.isKept = true
      done(shape)
    }
    try {
      checkTree(text)
      const robot = loader.parse(text)
      robot.scale.setScalar(MM)
      checkPlaces(robot)
      told.robot = robot
      this.group.add(robot)
    } catch (error) {
      told.faults.push(`no robot: ${error.message}`)
    }
    this.changed = true
  }

  /** Where a link of a robot is, rows first, in mm; null if there is none. */
  placeOf(name) {
    for (const { robot } of this.byDevice.values()) {
      const link = robot && Object.hasOwn(robot.links, name) && robot.links[name]
      if (link) return new Matrix4().copy(link.matrixWorld).scale({ x: 1 / MM, y: 1 / MM, z: 1 / MM }).transpose().toArray()
    }
    return null
  }

  /** Joint states in JSON, as the bridge sends them. */
  readJoints(text) {
    let told
    try {
      told = JSON.parse(text)
    } catch {
      return // another text
    }
    if (!Array.isArray(told.name) || !Array.isArray(told.position)) return
    told.name.forEach((name, at) => {
      if (typeof name === 'string' && Number.isFinite(told.position[at])) this.joints.set(name, told.position[at])
    })
    this.changed = true
  }

  /** Put the links where their poses are; those without one where the joints have them. */
  place(places) {
    this.changed = false
    for (const { robot, link } of this.byDevice.values()) {
      if (!robot) continue
      for (const [name, position] of this.joints) if (Object.hasOwn(robot.joints, name)) robot.setJointValue(name, position)
      const links = Object.entries(robot.links).map(([name, node]) => [node, places.of(name, link)])
      for (const [node, place] of links) node.matrixAutoUpdate = !place
      robot.updateMatrixWorld(true)
      for (const [node, place] of links) {
        if (!place) continue
        // the pose is seen from the root, in mm; that of the node above is known by now
        const world = new Matrix4().set(...place).scale({ x: MM, y: MM, z: MM })
        const above = node.parent ? node.parent.matrixWorld.clone().invert() : new Matrix4()
        node.matrix.multiplyMatrices(above, world)
        node.matrixWorldNeedsUpdate = true
        node.updateMatrixWorld(true)
      }
    }
  }
}
