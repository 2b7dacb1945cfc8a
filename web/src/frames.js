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

/** List all poses of the devices: {key, name, frame, parent, matrix, valid}. */
export function posesOf(devices) {
  const poses = []
  for (const device of devices) {
    const { value } = device
    if (value.shape === 'pose') {
      const { frame, parent } = framesOf(device.name)
      poses.push({
        key: `${device.id}`, name: device.name, frame, parent,
        matrix: matrixOf(value.matrix), valid: device.valid !== false,
        turned: value.turned !== false,
      })
    } else if (value.shape === 'tools') {
      for (const [number, tool] of value.rows.entries()) {
        const { frame, parent } = framesOf(tool.name)
        poses.push({
          key: `${device.id}/${number}`, name: tool.name, frame, parent,
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

/**
 * Where each frame is, seen from those that are in no other: name -> matrix.
 * What hangs on itself, by whatever way, is left where the first of the round is.
 */
export function placesOf(poses) {
  const byFrame = new Map()
  for (const pose of poses) if (pose.matrix && !byFrame.has(pose.frame)) byFrame.set(pose.frame, pose)
  const places = new Map()
  for (const start of byFrame.keys()) {
    // upwards to what is placed already, then back down: a chain may be longer than a stack
    const chain = new Set()
    let name = start
    while ((name || name === start) && byFrame.has(name) && !places.has(name) && !chain.has(name)) {
      chain.add(name)
      name = byFrame.get(name).parent
    }
    let above = name ? places.get(name) : null
    for (const one of [...chain].reverse()) {
      const { matrix } = byFrame.get(one)
      above = above ? multiply(above, matrix) : matrix
      places.set(one, above)
    }
  }
  return places
}
