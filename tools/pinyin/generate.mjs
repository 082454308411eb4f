// Makes the table of pinyin initials by which residents are searched.
//
//     npm install && npm run generate
//
// Source: npm pinyin-pro 3.26.0 (MIT), its most frequent reading and its surname readings; checked
// against the surname readings of 现代汉语词典 (7th edition) listed below, which win.
import { writeFileSync } from 'node:fs';
import { pinyin } from 'pinyin-pro';

const FIRST = 0x4e00;
const LAST = 0x9fa5; // the unified ideographs of Unicode 1.1: 20,902 characters
const PER_LINE = 64;
const OUT = new URL('../../src/engine/subjects/pinyin_initials.txt', import.meta.url);

// Surnames whose reading begins otherwise than the common one.
const SURNAMES = {
  单: 's', 仇: 'q', 解: 'x', 曾: 'z', 区: 'o', 查: 'z', 盖: 'g', 任: 'r', 华: 'h', 朴: 'p', 秘: 'b',
  重: 'c', 种: 'c', 晟: 'c', 翟: 'z', 尉: 'w', 缪: 'm', 乐: 'y', 折: 's', 覃: 'q', 洗: 'x', 冼: 'x',
  召: 's', 逄: 'p', 祭: 'z', 员: 'y', 郗: 'x', 繁: 'p', 尹: 'y', 隗: 'w', 哈: 'h', 车: 'c', 柏: 'b',
  卜: 'b', 葛: 'g', 宁: 'n', 燕: 'y', 黑: 'h', 令: 'l', 宓: 'm', 能: 'n', 蕃: 'p', 钭: 't', 纪: 'j',
};

function initial(text) {
  const letter = text.normalize('NFD').charAt(0).toLowerCase();
  return letter >= 'a' && letter <= 'z' ? letter : '-';
}

let letters = '';
const surnames = {};
for (let code = FIRST; code <= LAST; code++) {
  const character = String.fromCodePoint(code);
  const common = initial(pinyin(character, { toneType: 'none' }));
  const surname = SURNAMES[character] ?? initial(pinyin(character, { toneType: 'none', surname: 'head' }));
  letters += common;
  if (surname !== common && surname !== '-') surnames[character] = surname;
}

const lines = [];
for (let at = 0; at < letters.length; at += PER_LINE) lines.push(letters.slice(at, at + PER_LINE));
const table = Object.entries(surnames).map(([character, letter]) => `${character}${letter}`);
writeFileSync(OUT, `${lines.join('\n')}\n\n${table.join('\n')}\n`);
console.log(`${letters.length} letters, ${table.length} surnames, ${[...letters].filter((l) => l === '-').length} unknown`);
