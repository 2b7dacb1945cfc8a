// Elements. Whatever comes from the network becomes text, never HTML.

/**
 * Make an element.
 * @param {string} tag its name
 * @param {object} props attributes; functions are listeners, `class` and `dataset` as usual
 * @param {...(Node|string|number|null)} children
 */
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag)
  set(node, props)
  for (const child of children) {
    if (child !== null && child !== undefined) {
      node.append(child instanceof Node ? child : document.createTextNode(String(child)))
    }
  }
  return node
}

/** Make an element of SVG. */
export function svg(tag, props = {}, ...children) {
  const node = document.createElementNS('http://www.w3.org/2000/svg', tag)
  for (const [name, value] of Object.entries(props)) node.setAttribute(name, value)
  node.append(...children)
  return node
}

function set(node, props) {
  for (const [name, value] of Object.entries(props)) {
    if (typeof value === 'function') node.addEventListener(name, value)
    else if (name === 'dataset') Object.assign(node.dataset, value)
    else if (value === true) node.setAttribute(name, '')
    else if (value !== false && value !== null && value !== undefined) {
      node.setAttribute(name, String(value))
    }
  }
}

/** Show a text; only if it is another one than before, so that a selection stays. */
export function say(node, text) {
  if (node.textContent !== text) node.textContent = text
}

/** Show a number in words, and keep the number itself, for who wants all its digits. */
export function sayValue(node, text, value) {
  say(node, text)
  const whole = value === null || value === undefined ? '' : String(value)
  if (node.dataset.value !== whole) {
    node.dataset.value = whole
    node.title = whole
  }
}

/** Make a part of the page with a heading. */
export function section(id, title, ...children) {
  const heading = el('h2', { id: `${id}-title` }, title)
  return el('section', { id, 'aria-labelledby': `${id}-title`, tabindex: -1 }, heading, ...children)
}

/** Make an input with its label. */
export function field(label, input) {
  return el('label', { class: 'field' }, el('span', {}, label), input)
}
