// Robots whose description (URDF) came as a text: their shapes, at the poses of their links.

import { Group, LoadingManager, Matrix4 } from 'three'
import URDFLoader from 'urdf-loader'

const MM = 1000

export class Robots {
  constructor() {
    this.group = new Group()
    this.byDevice = new Map()
    this.joints = new Map()
    this.changed = false
  }

  get count() {
    return this.byDevice.size
  }

  words() {
    const links = [...this.byDevice.values()].reduce((all, { robot }) => all + Object.keys(robot?.links ?? {}).length, 0)
    const files = [...this.byDevice.values()].reduce((all, one) => all + one.files, 0)
    const faults = [...this.byDevice.values()].map((one) => one.fault).filter(Boolean)
    return `${this.count} robots of ${links} links` + (files ? ` (${files} shapes are in files, which are not read)` : '') +
      (faults.length ? ` (${faults.join('; ')})` : '')
  }

  reset() {
    for (const id of [...this.byDevice.keys()]) this.remove(id)
    this.joints.clear()
  }

  remove(id) {
    const found = this.byDevice.get(id)
    if (found?.robot) this.group.remove(found.robot)
    this.byDevice.delete(id)
  }

  /** Take in a text: it may be a robot, or say how the joints of one are. */
  read(device) {
    const { text, length } = device.value
    if (length !== text.length) return
    const start = text.trimStart()
    if (start.startsWith('<') && text.includes('<robot')) {
      if (this.byDevice.get(device.id)?.text !== text) this.load(device.id, text)
    } else if (start.startsWith('{') && text.includes('"position"')) this.readJoints(text)
  }

  load(id, text) {
    this.remove(id)
    const told = { text, robot: null, files: 0, fault: '' }
    this.byDevice.set(id, told)
    const loader = new URDFLoader(new LoadingManager())
    loader.parseCollision = false
    // the files of meshes are elsewhere, and the page loads nothing from there
    loader.loadMeshCb = (path, manager, done) => {
      told.files += 1
      done(null)
    }
    try {
      told.robot = loader.parse(text)
      told.robot.matrixAutoUpdate = false
      told.robot.matrix.makeScale(MM, MM, MM)
      this.group.add(told.robot)
    } catch (error) {
      told.fault = `no robot: ${error.message}`
    }
    this.changed = true
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
    for (const { robot } of this.byDevice.values()) {
      if (!robot) continue
      for (const [name, position] of this.joints) if (name in robot.joints) robot.setJointValue(name, position)
      robot.updateMatrixWorld(true)
      for (const [name, link] of Object.entries(robot.links)) {
        const place = places.get(name)
        if (!place) continue
        // the pose is seen from the root, in mm; that of the node above is known by now
        const world = new Matrix4().set(...place).scale({ x: MM, y: MM, z: MM })
        const above = link.parent ? link.parent.matrixWorld.clone().invert() : new Matrix4()
        link.matrixAutoUpdate = false
        link.matrix.multiplyMatrices(above, world)
        link.matrixWorldNeedsUpdate = true
        link.updateMatrixWorld(true)
      }
    }
  }
}
