// Files to attach, made from nothing: each whole in its frame; the PNG can also be decoded.
import { crc32, deflateSync } from "node:zlib";

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}

/** A picture of noise that looks different for each seed. */
export function png(seed = 1, width = 8, height = 8) {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const rows = Buffer.alloc(height * (1 + 3 * width));
  let noise = seed;
  for (let i = 0; i < rows.length; i++) rows[i] = i % (1 + 3 * width) === 0 ? 0 : (noise = (noise * 1103515245 + 12345) & 0x7fffffff) >> 16;
  return Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), chunk("IHDR", header), chunk("IDAT", deflateSync(rows)), chunk("IEND", Buffer.alloc(0))]);
}

/** Frame only: segments, a scan, the mark of the end; padded to a size. */
export function jpeg(seed = 1, size = 600) {
  const head = Buffer.from("ffd8ffe000104a46494600010100000100010000ffda0008010100003f00", "hex");
  return Buffer.concat([head, Buffer.alloc(Math.max(1, size - head.length - 2), (seed % 250) + 1), Buffer.from("ffd9", "hex")]);
}

export function pdf(seed = 1) {
  return Buffer.from(`%PDF-1.4\n1 0 obj <</Type /Catalog /Seed ${seed}>> endobj\ntrailer <</Root 1 0 R>>\n%%EOF\n`, "latin1");
}
