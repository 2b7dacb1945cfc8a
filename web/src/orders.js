// What may be sent to a device, when the monitor was started with --control.

import { el, field, say, section } from './dom.js'

const QUERIES = ['GET_CAPABIL', 'GET_STATUS', 'GET_TRANS', 'GET_TDATA', 'GET_IMAGE', 'GET_IMGMETA', 'GET_LBMETA', 'GET_POINT',
  'GET_POLYDATA', 'STT_TDATA', 'STP_TDATA', 'STT_TRANS', 'STP_TRANS', 'STT_IMAGE', 'STP_IMAGE']
const FIELDS = {
  command: ['device', 'name', 'content'], query: ['device', 'type'], string: ['device', 'text'], status: ['device', 'code', 'text'],
}

export class Orders {
  constructor(wire) {
    this.wire = wire
    this.kind = el('select', { name: 'kind', change: () => this.sift() },
      el('option', { value: 'command' }, 'COMMAND'), el('option', { value: 'query' }, 'Query'),
      el('option', { value: 'string' }, 'STRING'), el('option', { value: 'status' }, 'STATUS'))
    this.link = el('select', { name: 'link' })
    this.inputs = {
      device: el('input', { name: 'device', autocomplete: 'off', maxlength: 64 }),
      name: el('input', { name: 'name', autocomplete: 'off', maxlength: 128 }),
      content: el('textarea', { name: 'content', rows: 3, spellcheck: 'false' }),
      type: el('select', { name: 'type' }, ...QUERIES.map((name) => el('option', { value: name }, name))),
      code: el('input', { name: 'code', type: 'number', min: 0, max: 65535, value: 1 }),
      text: el('input', { name: 'text', autocomplete: 'off' }),
    }
    const titles = { device: 'Device name', name: 'Command', content: 'Content', type: 'Type', code: 'Code', text: 'Text' }
    this.fields = Object.fromEntries(Object.entries(this.inputs).map(([key, input]) => [key, field(titles[key], input)]))
    this.outcome = el('p', { role: 'status' })
    this.node = section('orders', 'Send', el('form', { class: 'controls', submit: (event) => this.send(event) },
      field('Link', this.link), field('Kind', this.kind), ...Object.values(this.fields), el('button', {}, 'Send')), this.outcome)
    this.node.hidden = true
    this.sift()
  }

  sift() {
    for (const [key, node] of Object.entries(this.fields)) node.hidden = !FIELDS[this.kind.value].includes(key)
  }

  update(links, control) {
    this.node.hidden = !control
    const names = links.map((link) => link.name)
    if (names.join('\n') !== this.names) {
      this.names = names.join('\n')
      this.link.replaceChildren(...names.map((name, at) => el('option', { value: at }, name)))
    }
  }

  send(event) {
    event.preventDefault()
    const kind = this.kind.value
    const send = { kind }
    for (const key of FIELDS[kind]) send[key] = key === 'code' ? this.inputs.code.valueAsNumber : this.inputs[key].value
    const sent = this.wire.ask({ send, link: Number(this.link.value) })
    say(this.outcome, sent ? 'sending' : 'not sent: there is no connection to the monitor')
  }

  answer({ error, sent, command_id: number }) {
    if (error) say(this.outcome, `Not sent: ${error}`)
    else if (sent) say(this.outcome, sent === 'COMMAND' ? `Sent COMMAND ${number}; its answer is among the texts` : `Sent ${sent}`)
  }
}
