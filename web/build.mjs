// Build the page: one script, one style sheet, one text with the licences of what is in them.
// The same sources give the same bytes.
import { build } from 'esbuild'
import { copyFileSync, mkdirSync, readFileSync, writeFileSync, readdirSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const out = resolve(process.argv[2] ?? join(here, '..', 'igtl_ros2', 'web', 'page'))
mkdirSync(out, { recursive: true })
process.chdir(here)

const { metafile } = await build({
  entryPoints: { app: 'src/main.js' },
  outdir: out,
  bundle: true,
  format: 'esm',
  target: 'es2021',
  minify: true,
  metafile: true,
  legalComments: 'none',
  charset: 'ascii',
  logLevel: 'warning',
})
copyFileSync('src/index.html', join(out, 'index.html'))

const packages = new Set()
for (const input of Object.keys(metafile.inputs)) {
  const found = input.match(/^node_modules\/((?:@[^/]+\/)?[^/]+)\//)
  if (found) packages.add(found[1])
}
const notices = ['This page contains the following packages, each under the licence below its name.']
for (const name of [...packages].sort()) {
  const folder = join('node_modules', name)
  const { version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const file = readdirSync(folder).sort().find((entry) => /^licen[cs]e/i.test(entry))
  // one that names its licence without the text: that of Apache-2.0 is the licence of igtl_ros2 too
  if (!file && license !== 'Apache-2.0') throw new Error(`${name}: where is its licence?`)
  const text = readFileSync(file ? join(folder, file) : join('..', 'LICENSE'), 'utf8').trim()
  notices.push(`${'='.repeat(80)}\n${name} ${version} (${license})\n\n${text}`)
}
writeFileSync(join(out, 'licenses.txt'), notices.join('\n\n') + '\n')
