// Which pose is in which frame, by the names of the devices; no drawing here.

/** The frames of a name such as ProbeToTracker, as the bridge reads it. */
export function framesOf(device) {
  const name = device.trim().replace(/Transform$/, '')
  const at = [...name.matchAll(/To(?=[^a-z])/g)].map((found) => found.index)
  const frame = at.length === 1 ? name.slice(0, at[0]).trim() : ''
  const parent = at.length === 1 ? name.slice(at[0] + 2).trim() : ''
  return frame && parent ? { frame, parent } : { frame: device, parent: '' }
}

/** A 4 x 4 matrix, rows first, of the 12 numbers of the page; null if one is not finite. */
export function matrixOf(rows) {
  if (!Array.isArray(rows) || rows.length !== 12 || !rows.every(Number.isFinite)) return null
  return [...rows, 0, 0, 0, 1]
}

/** List all poses of the devices: {key, link, arrived, name, frame, parent, matrix, valid}. */
export function posesOf(devices) {
  const poses = []
  for (const device of devices) {
    const { value } = device
    if (value.shape === 'pose') {
      const { frame, parent } = framesOf(device.name)
      poses.push({
        key: `${device.id}`, link: device.link, arrived: device.arrived, name: device.name, frame, parent,
        matrix: matrixOf(value.matrix), valid: device.valid !== false,
        turned: value.turned !== false,
      })
    } else if (value.shape === 'tools') {
      for (const [number, tool] of value.rows.entries()) {
        const { frame, parent } = framesOf(tool.name)
        poses.push({
          key: `${device.id}/${number}`, link: device.link, arrived: device.arrived, name: tool.name, frame, parent,
          matrix: matrixOf(tool.matrix), valid: [null, undefined, 'OK'].includes(tool.state),
          turned: true,
        })
      }
    }
  }
  return poses
}

export function multiply(a, b) {
  const result = new Array(16).fill(0)
  for (let row = 0; row < 4; row += 1) {
    for (let column = 0; column < 4; column += 1) {
      for (let k = 0; k < 4; k += 1) result[4 * row + column] += a[4 * row + k] * b[4 * k + column]
    }
  }
  return result
}

/** Whatever the link. */
const ANY = null

/** Where all poses are, seen from the frames that are in no other. */
export class Places {
  constructor(poses) {
    /** of several poses of a frame, the newest valid one: frame -> link -> pose */
    this.newest = new Map()
    this.frames = new Set()
    this.places = new Map()
    for (const pose of poses) {
      this.frames.add(pose.frame)
      if (!pose.matrix || !pose.valid) continue
      if (!this.newest.has(pose.frame)) this.newest.set(pose.frame, new Map())
      const links = this.newest.get(pose.frame)
      for (const link of [pose.link, ANY]) if (!(links.get(link)?.arrived >= pose.arrived)) links.set(link, pose)
    }
  }

  /** The pose of a frame on which others hang: that of their own link comes first. */
  poseOf(frame, link = ANY) {
    const links = this.newest.get(frame)
    return links?.get(link) ?? links?.get(ANY)
  }

  /**
   * Where a pose is, which has a matrix: {matrix, valid}, its own in its own parent.
   * What hangs on something not valid is not valid, and its parent stands where the rest does; so it is with
   * the first of those that hang on themselves, by whatever way.
   */
  at(pose) {
    // upwards to what is placed already, then back down: a chain may be longer than a stack
    const chain = new Set()
    let above = pose
    while (above && !this.places.has(above) && !chain.has(above)) {
      chain.add(above)
      above = above.parent ? this.poseOf(above.parent, above.link) : null
    }
    let known = this.places.get(above)
    for (const one of [...chain].reverse()) {
      known = known ? { matrix: multiply(known.matrix, one.matrix), valid: known.valid && one.valid }
        : { matrix: one.matrix, valid: one.valid && !(one.parent && this.frames.has(one.parent)) }
      this.places.set(one, known)
    }
    return this.places.get(pose)
  }

  /** Where a frame is, for what belongs there; null if nothing valid says so. */
  of(frame, link = ANY) {
    const pose = this.poseOf(frame, link)
    const place = pose && this.at(pose)
    return place?.valid ? place.matrix : null
  }

  /** Whether a frame has poses, of which none says where it is. */
  isLost(frame, link = ANY) {
    return this.frames.has(frame) && !this.of(frame, link)
  }
}
