// Numbers in words, for people.

const WORDS = ['NaN', 'Infinity', '-Infinity']

/** A number with so many digits behind the point; the words for what is no finite number stay. */
export function fixed(value, digits = 3) {
  if (WORDS.includes(value)) return value
  if (typeof value !== 'number') return ''
  if (value !== 0 && Math.abs(value) >= 1e9) return value.toExponential(digits)
  return value.toFixed(digits)
}

export function rate(hz) {
  if (typeof hz !== 'number') return ''
  return hz >= 100 ? hz.toFixed(0) : hz.toFixed(1)
}

export function age(seconds) {
  if (seconds < 0) return '0.0 s'
  if (seconds < 100) return `${seconds.toFixed(1)} s`
  if (seconds < 6000) return `${(seconds / 60).toFixed(0)} min`
  return `${(seconds / 3600).toFixed(1)} h`
}

export function bytes(count) {
  if (typeof count !== 'number') return ''
  if (count < 1000) return `${Math.round(count)} B`
  for (const unit of ['kB', 'MB', 'GB']) {
    count /= 1000
    if (count < 1000) return `${count.toFixed(1)} ${unit}`
  }
  return `${count.toFixed(1)} TB`
}

export function clock(seconds) {
  const tenths = Math.max(0, Math.floor(seconds * 10 + 1e-6))
  const minutes = Math.floor(tenths / 600)
  const rest = (tenths % 600) / 10
  return `${minutes}:${rest.toFixed(1).padStart(4, '0')}`
}

/** What a device says, in one line. */
export function summary(value) {
  const cells = (row) => row.map((one) => fixed(one, 1)).join(' ')
  switch (value.shape) {
    case 'pose': return value.fault ?? cells([value.matrix[3], value.matrix[7], value.matrix[11]]) + ' mm'
    case 'tools': return `${value.total} tools`
    case 'points': return `${value.total} points`
    case 'paths': return `${value.total} paths`
    case 'image': return `${value.size.join(' x ')} ${value.scalar}`
    case 'video': return `${value.codec} ${value.size.join(' x ')}`
    case 'mesh': return `${value.points} points, ${value.polygons + value.triangle_strips} cells`
    case 'status': return `${value.code_name} ${value.text}`
    case 'text': return value.text
    case 'command': return `${value.name} ${value.text}`
    case 'sensor': return value.values.slice(0, 4).map((one) => fixed(one, 3)).join(' ') +
      (value.values.length > 4 ? ' ...' : '') + (value.unit ? ` ${value.unit}` : '')
    case 'array': return `${value.dims.join(' x ')} ${value.scalar}`
    case 'list': return `${value.total} entries`
    default: return value.text ?? ''
  }
}
