// The connection to the monitor: it comes back by itself.

const WRONG_TOKEN = 4401
const TOO_MANY = 4429
const LONGEST_MS = 5000

const ARRAYS = {
  int8: Int8Array, uint8: Uint8Array, int16: Int16Array, uint16: Uint16Array, int32: Int32Array,
  uint32: Uint32Array, float32: Float32Array, float64: Float64Array,
}

/** Take a binary message apart: its head, and the arrays behind it. */
export function unpack(buffer) {
  const length = new DataView(buffer).getUint32(0, true)
  const head = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)))
  let at = 4 + length
  function next(kind, count) {
    const array = new kind(buffer, at, count)
    at += Math.ceil(array.byteLength / 8) * 8
    return array
  }
  if (head.kind === 'picture') {
    head.pixels = next(ARRAYS[head.scalar], head.rows * head.columns * head.components)
  } else {
    head.positions = next(Float32Array, 3 * head.points)
    head.indices = next(Uint32Array, 3 * head.triangles)
    head.ends = next(Uint32Array, 2 * head.pieces)
    head.rgba = next(Uint8Array, 4 * head.colours)
  }
  return head
}

/** The token, which is behind the # of the address, so that it is in no log; it stays in this tab. */
function token() {
  const given = new URLSearchParams(location.hash.slice(1)).get('token')
  if (given) {
    sessionStorage.setItem('token', given)
    history.replaceState(null, '', location.pathname)
  }
  return sessionStorage.getItem('token') ?? ''
}

export class Wire {
  /** @param {object} on state, overview, robot, blob, answer, and status: called with what came */
  constructor(on) {
    this.on = on
    this.number = 0
    this.wanted = []
    this.fps = null
    this.pause = 250
    this.heard = performance.now()
    this.open()
  }

  open() {
    const scheme = location.protocol === 'https:' ? 'wss:' : 'ws:'
    const socket = new WebSocket(`${scheme}//${location.host}/ws`)
    socket.binaryType = 'arraybuffer'
    this.socket = socket
    socket.onopen = () => {
      this.pause = 250
      socket.send(JSON.stringify({ token: token() }))
      this.want(this.wanted)
      if (this.fps !== null) this.slow(this.fps)
      this.on.status('connected', true)
    }
    socket.onmessage = ({ data }) => {
      this.heard = performance.now()
      if (typeof data !== 'string') {
        this.on.blob(unpack(data))
        return
      }
      const message = JSON.parse(data)
      if (Object.hasOwn(this.on, message.kind)) this.on[message.kind](message)
    }
    socket.onclose = ({ code }) => {
      if (code === WRONG_TOKEN) {
        this.on.status('this page needs the token: open the address that igtl monitor printed', false)
        // put into this window, it differs by what is behind its #, and no page is loaded anew
        addEventListener('hashchange', () => this.open(), { once: true })
        return
      }
      const why = code === TOO_MANY ? 'too many browsers look already' : 'no connection to the monitor'
      this.on.status(`${why}; trying again`, false)
      setTimeout(() => this.open(), this.pause)
      this.pause = Math.min(2 * this.pause, LONGEST_MS)
    }
  }

  get isOpen() {
    return this.socket.readyState === WebSocket.OPEN
  }

  /** For how long nothing has come, in seconds, by the clock of the browser. */
  get silence() {
    return (performance.now() - this.heard) / 1000
  }

  /** Ask for something; false if there is no connection. */
  ask(what) {
    this.number += 1
    if (!this.isOpen) return false
    this.socket.send(JSON.stringify({ number: this.number, ...what }))
    return true
  }

  /** Say which images are to be seen. */
  want(wanted) {
    this.wanted = wanted
    this.ask({ want: wanted })
  }

  /** Say how often a second the page wants to be told what is new; null for as often as the monitor does. */
  slow(fps) {
    this.fps = fps
    this.ask({ fps })
  }
}
