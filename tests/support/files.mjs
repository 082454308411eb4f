// Reads back files that the program makes: the texts of a PDF, and a workbook (XLSX), which is an archive of XML files, as
// sheets of rows of cells with their number formats.
import { execFileSync } from "node:child_process";
import { inflateRawSync } from "node:zlib";

const CENTRAL = 0x02014b50;

/** What a reader of the PDF finds when he searches it. */
export function textOfPdf(bytes) {
  return execFileSync("pdftotext", ["-layout", "-", "-"], { input: bytes, encoding: "utf8" });
}

/** Name to text of every file in the archive, by its central directory. */
export function archiveOf(bytes) {
  const files = new Map();
  const end = bytes.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]));
  let at = bytes.readUInt32LE(end + 16);
  while (bytes.readUInt32LE(at) === CENTRAL) {
    const [method, size, name, extra, comment, local] = [bytes.readUInt16LE(at + 10), bytes.readUInt32LE(at + 20), bytes.readUInt16LE(at + 28), bytes.readUInt16LE(at + 30), bytes.readUInt16LE(at + 32), bytes.readUInt32LE(at + 42)];
    const from = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
    const packed = bytes.subarray(from, from + size);
    files.set(bytes.toString("utf8", at + 46, at + 46 + name), (method === 8 ? inflateRawSync(packed) : packed).toString("utf8"));
    at += 46 + name + extra + comment;
  }
  return files;
}

const plain = (xml) => xml.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&quot;/g, '"').replace(/&amp;/g, "&");
const every = (xml, pattern) => [...xml.matchAll(pattern)];

/** Sheets: {name, rows: [[{value, format}]], xml}. A number's value is a number, a text's a text. */
export function sheetsOf(bytes) {
  const files = archiveOf(bytes);
  const shared = every(files.get("xl/sharedStrings.xml") ?? "", /<si>(.*?)<\/si>/gs).map(([, si]) => plain(every(si, /<t[^>]*>(.*?)<\/t>/gs).map(([, t]) => t).join("")));
  const styles = files.get("xl/styles.xml");
  const formats = new Map(every(styles, /<numFmt numFmtId="(\d+)" formatCode="([^"]*)"/g).map(([, id, code]) => [id, plain(code)]));
  const used = every(/<cellXfs.*?<\/cellXfs>/s.exec(styles)[0], /<xf numFmtId="(\d+)"/g).map(([, id]) => formats.get(id) ?? id);
  return every(files.get("xl/workbook.xml"), /<sheet name="([^"]*)"/g).map(([, name], index) => {
    const xml = files.get(`xl/worksheets/sheet${index + 1}.xml`);
    const rows = [];
    for (const [, row, cells] of every(xml, /<row r="(\d+)"[^>]*>(.*?)<\/row>/gs)) {
      rows[Number(row) - 1] = [];
      for (const [, letters, attributes, inside] of every(cells, /<c r="([A-Z]+)\d+"([^>]*?)(?:\/>|>(.*?)<\/c>)/gs)) {
        const column = [...letters].reduce((n, letter) => n * 26 + letter.charCodeAt(0) - 64, 0) - 1;
        const [, value] = /<v>(.*?)<\/v>/s.exec(inside ?? "") ?? [];
        const style = /s="(\d+)"/.exec(attributes)?.[1];
        rows[Number(row) - 1][column] = { value: attributes.includes('t="s"') ? shared[Number(value)] : Number(value), format: used[Number(style ?? 0)], isFormula: (inside ?? "").includes("<f>") };
      }
    }
    return { name: plain(name), rows, xml };
  });
}

/** The table of a report: its titles, and each row by title. */
export function tableOf({ rows }) {
  const titles = rows[1].map((cell) => cell?.value ?? "");
  return { titles, lines: rows.slice(2).map((row) => Object.fromEntries(titles.map((title, at) => [title, row?.[at]?.value]))), cells: rows.slice(2) };
}
