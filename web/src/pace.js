// How often the page is told what is new.

import { el, say } from './dom.js'

/** so often where the processor draws that may be moving a robot as well */
const SPARING_FPS = 2
const CHOICES = [['auto', 'automatic'], ['all', 'all'], ['5', '5 a second'], ['2', '2 a second'], ['1', '1 a second']]
const LOCAL = new Set(['localhost', '127.0.0.1', '[::1]'])

export class Pace {
  /**
   * @param {boolean} isSoftware this browser draws without a graphics card
   * @param {function} ask called with how many updates a second are wanted, null for all
   */
  constructor(isSoftware, ask) {
    this.isSparing = isSoftware && LOCAL.has(location.hostname)
    this.ask = ask
    this.told = el('span', { id: 'frames', class: 'quiet' })
    this.choice = el('select', { id: 'pace', change: () => this.keep() },
      ...CHOICES.map(([value, title]) => el('option', { value }, title)))
    this.node = el('div', { class: 'field' },
      el('label', { class: 'field' }, el('span', {}, 'Updates'), this.choice), this.told)
    const kept = localStorage.getItem('updates')
    if (CHOICES.some(([value]) => value === kept)) this.choice.value = kept
    this.choose()
  }

  keep() {
    localStorage.setItem('updates', this.choice.value)
    this.choose()
  }

  choose() {
    const { value } = this.choice
    const named = { auto: this.isSparing ? SPARING_FPS : null, all: null }
    this.ask(value in named ? named[value] : Number(value))
  }

  update({ fps, frames, left_out: leftOut }) {
    const why = this.choice.value === 'auto' && this.isSparing ? ': the processor draws, there is no graphics card' : ''
    say(this.told, `at most ${fps} times a second${why}${leftOut ? `, ${leftOut} left out` : ''}`)
    Object.assign(this.told.dataset, { frames, leftOut, fps })
  }
}
