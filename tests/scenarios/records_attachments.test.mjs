// Photographs and documents: sent before the record, named by its answers, read by who may read the record.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { askUntil, attempt, followup, newId, parseLines, submit, wholeList } from "../support/county.mjs";
import { jpeg, pdf, png } from "../support/media.mjs";
import { converse, databases, logIn, makeCounty, startPostgres, startServer, temporaryFolder } from "../support/server.mjs";

const FORM = "paper_document";
const sha = (bytes) => createHash("sha256").update(bytes).digest("hex");
const isPostgres = (options) => options[1].startsWith("postgresql:");

async function send(client, resident, bytes, { type = "image/jpeg", form = FORM, field = "files" } = {}) {
  const headers = { cookie: client.cookie, "x-csrf": client.csrf, "content-type": type };
  const url = `${client.server.url}/api/residents/${resident}/attachments?form=${form}&field=${field}`;
  const response = await fetch(url, { method: "POST", body: bytes, headers });
  return { status: response.status, body: await response.json() };
}

async function read(client, path) {
  const response = await fetch(client.server.url + path, { headers: { cookie: client.cookie } });
  return { status: response.status, headers: response.headers, bytes: Buffer.from(await response.arrayBuffer()) };
}

const paper = (subject, files, more = {}) => ({
  id: newId(), form: FORM, subject, happened_on: "2025-06-30", answers: { kind: "2", files }, confirmed: [], ...more,
});

async function sql(options, text) {
  if (isPostgres(options)) {
    const words = [options[1], "-qAt", "-v", "ON_ERROR_STOP=1", "-c", `SET session_replication_role = replica; ${text}`];
    return execFileSync("psql", words, { encoding: "utf8" }).trim().split("\n").filter(Boolean);
  }
  const { DatabaseSync } = await import("node:sqlite");
  const database = new DatabaseSync(options[1]);
  if (!/^SELECT/.test(text))
    for (const { name } of database.prepare("SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE '%attachment%'").all()) database.exec(`DROP TRIGGER "${name}"`);
  const rows = /^SELECT/.test(text) ? database.prepare(text).all().map((row) => Object.values(row).join("|")) : database.exec(text);
  database.close();
  return rows;
}

function doctorSays(options) {
  return parseLines(attempt("doctor", ...options).out).find(({ check }) => check === "attachments");
}

for (const [name, makeDatabase] of databases) {
  describe(`attachments, on ${name}`, () => {
    let options, server, doctor, clinician, people;
    before(async () => {
      options = makeCounty(makeDatabase);
      server = await startServer(options);
      [doctor, clinician] = await Promise.all(["doctor", "clinician"].map((login) => logIn(server, login)));
      people = [...new Set((await wholeList(doctor)).map((line) => line.resident.id))];
    });
    after(() => server?.stop());

    it("keeps each kind as it was sent, and gives it to who reads the record, with safe headers", async () => {
      const files = [[jpeg(1), "image/jpeg", "inline"], [png(1), "image/png", "inline"], [pdf(1), "application/pdf", "attachment"]];
      for (const [bytes, type] of files) {
        const { status, body } = await send(doctor, people[0], bytes, { type });
        assert.equal(status, 201, JSON.stringify(body));
        assert.deepEqual(body, { hash: sha(bytes), type, bytes: bytes.length, was_known: false });
      }
      const own = await read(doctor, `/api/residents/${people[0]}/attachments/${sha(files[0][0])}`);
      assert.ok(own.status === 200 && own.bytes.equals(files[0][0]), "before it stands in a record, to who sent it");
      assert.equal((await read(clinician, `/api/residents/${people[0]}/attachments/${sha(files[0][0])}`)).status, 404);
      const record = paper(people[0], files.map(([bytes]) => sha(bytes)));
      const stored = await submit(doctor, record);
      assert.equal(stored.status, 201, stored.text);
      assert.equal((await submit(doctor, record)).status, 200, "sent again");
      const page = (await clinician.fetch(`/api/records/${record.id}`)).body;
      assert.deepEqual(page.attachments.map(({ hash, field }) => [field, hash]), files.map(([bytes]) => ["files", sha(bytes)]).sort());
      assert.deepEqual([...page.answers.files].sort(), files.map(([bytes]) => sha(bytes)).sort());
      for (const [bytes, type, how] of files) {
        const answer = await read(clinician, `/api/records/${record.id}/attachments/${sha(bytes)}`);
        assert.equal(answer.status, 200);
        assert.ok(answer.bytes.equals(bytes));
        assert.equal(answer.headers.get("content-type"), type);
        assert.equal(answer.headers.get("x-content-type-options"), "nosniff");
        assert.equal(answer.headers.get("cache-control"), "no-store");
        assert.match(answer.headers.get("content-security-policy"), /default-src 'none'.*sandbox/);
        assert.match(answer.headers.get("content-disposition"), new RegExp(`^${how}; filename="[0-9a-f]{16}\\.[a-z]+"$`));
      }
      const timeline = (await doctor.fetch(`/api/residents/${people[0]}/records`)).body.records;
      assert.equal(timeline.find(({ id }) => id === record.id).files, 3);
    });

    it("refuses what is no photograph or PDF, another kind than was claimed, cut off, empty, too large or in no such field", async () => {
      const cases = [
        [Buffer.from("<svg onload=alert(1)>"), "image/jpeg", {}, 422, "ATTACHMENT_UNKNOWN"],
        [png(2), "image/jpeg", {}, 422, "ATTACHMENT_CLAIM"],
        [png(2).subarray(0, 60), "image/png", {}, 422, "ATTACHMENT_UNKNOWN"],
        [jpeg(2).subarray(0, -2), "image/jpeg", {}, 422, "ATTACHMENT_UNKNOWN"],
        [Buffer.alloc(0), "image/jpeg", {}, 422, "ATTACHMENT_UNKNOWN"],
        [png(2), "image/svg+xml", {}, 415, "ATTACHMENT_KIND"],
        [png(2), "image/png", { field: "kind" }, 422, "ATTACHMENT_FIELD"],
        [png(2), "image/png", { form: "nothing" }, 422, "RECORD_FORM_UNKNOWN"],
        [jpeg(2, 4096 * 1024 + 1), "image/jpeg", {}, 413, "ATTACHMENT_LARGE"],
      ];
      for (const [bytes, type, where, status, code] of cases) {
        const answer = await send(doctor, people[0], bytes, { type, ...where });
        assert.equal(answer.status, status, code);
        assert.equal(answer.body.problems[0].code, code);
        assert.ok(answer.body.problems[0].text.zh && answer.body.problems[0].text.en);
      }
      assert.equal((await send(doctor, people[0], jpeg(2, 6 * 1024 * 1024))).status, 413, "larger than any form takes");
      assert.equal((await sql(options, `SELECT 1 FROM attachment WHERE hash = '${sha(png(2))}'`)).length, 0);
    });

    it("stores the same bytes once, whoever sends them, and opens nothing to who only knows the hash", async () => {
      const bytes = jpeg(3, 100_000);
      assert.equal((await send(doctor, people[1], bytes)).status, 201);
      const again = await send(doctor, people[1], bytes);
      assert.deepEqual([again.status, again.body.was_known], [200, true]);
      const guessed = await submit(doctor, paper(people[2], [sha(bytes)]));
      assert.equal(guessed.status, 422, "sent for another person");
      assert.deepEqual([guessed.body.problems[0].code, guessed.body.problems[0].where], ["ATTACHMENT_MISSING", "/answers/files"]);
      assert.equal((await submit(clinician, paper(people[1], [sha(bytes)]))).status, 422, "sent by another");
      assert.equal((await send(doctor, people[2], bytes)).body.was_known, false, "tells nothing of the other person");
      assert.equal((await sql(options, `SELECT hash FROM attachment WHERE hash = '${sha(bytes)}'`)).length, 1);
      assert.equal((await sql(options, `SELECT part_no FROM attachment_part WHERE hash = '${sha(bytes)}'`)).length, 4);
      assert.equal((await submit(doctor, paper(people[2], [sha(bytes)]))).status, 201);
      const others = (await wholeList(clinician)).map((line) => line.resident.id).find((id) => !people.includes(id));
      assert.equal((await send(doctor, others, bytes)).status, 404);
      const theirs = paper(others, [sha(jpeg(4))]);
      assert.equal((await send(clinician, others, jpeg(4))).status, 201);
      assert.equal((await submit(clinician, theirs)).status, 201);
      assert.equal((await read(doctor, `/api/records/${theirs.id}/attachments/${sha(jpeg(4))}`)).status, 404);
      assert.equal((await read(clinician, `/api/records/${theirs.id}/attachments/${sha(bytes)}`)).status, 404, "not of this record");
    });

    it("judges how many there are and that they are names of files", async () => {
      const many = await submit(doctor, paper(people[0], Array.from({ length: 7 }, (_, i) => sha(jpeg(10 + i)))));
      assert.equal(many.body.problems[0].code, "ANSWER_ROWS");
      for (const files of [["x"], [sha(jpeg(1)).toUpperCase()], [sha(jpeg(1)), sha(jpeg(1))]])
        assert.equal((await submit(doctor, paper(people[0], files))).body.problems[0].code, "ANSWER_TYPE");
      assert.equal((await submit(doctor, paper(people[0], []))).body.problems[0].code, "ANSWER_REQUIRED");
    });

    it("keeps the files of every version, through amending, voiding and filing anew", async () => {
      const [one, two] = [jpeg(21), jpeg(22)];
      for (const bytes of [one, two]) assert.equal((await send(doctor, people[3], bytes)).status, 201);
      const first = paper(people[3], [sha(one)]);
      assert.equal((await submit(doctor, first)).status, 201);
      const second = paper(people[3], [sha(two)], { amends: first.id, reason: "换一张" });
      assert.equal((await submit(doctor, second)).status, 201);
      const third = paper(people[3], [sha(two)], { amends: second.id, reason: "补备注" });
      third.answers.remarks = "补";
      assert.equal((await submit(clinician, third)).status, 201, "somebody else keeps what was there");
      const { versions } = (await doctor.fetch(`/api/records/${third.id}/history`)).body;
      const [change] = versions[1].changes;
      assert.deepEqual([change.field, change.before.zh, change.after.en], ["files", `1 个文件（${sha(one).slice(0, 8)}）`, `1 file (${sha(two).slice(0, 8)})`]);
      const refiled = newId();
      const body = { id: refiled, subject: people[4], reason: "记错了人，改记给本人" };
      const answer = await clinician.fetch(`/api/records/${third.id}/refile`, { method: "POST", body });
      assert.equal(answer.status, 200, answer.text);
      for (const [id, bytes] of [[first.id, one], [second.id, two], [third.id, two], [refiled, two]])
        assert.ok((await read(clinician, `/api/records/${id}/attachments/${sha(bytes)}`)).bytes.equals(bytes), "ended ones too");
      assert.equal(doctorSays(options).state, "ok");
    });

    it("writes down who sent and who opened a file", async () => {
      const [record] = await sql(options, "SELECT count(*) FROM record_attachment");
      assert.ok(Number(record) > 0);
      const { text } = await askUntil(() => doctor.fetch(`/api/residents/${people[0]}/audit`), (answer) => answer.text.includes("attachment.open"));
      assert.match(text, /attachment\.upload/);
      assert.match(text, /attachment\.open/);
    });

    it("stores nothing of an upload whose connection ends in the middle", async () => {
      const bytes = jpeg(31, 50_000);
      const head = `POST /api/residents/${people[0]}/attachments?form=${FORM}&field=files HTTP/1.1\r\nHost: x\r\nCookie: ${doctor.cookie}\r\nX-CSRF: ${doctor.csrf}\r\nContent-Type: image/jpeg\r\nContent-Length: ${bytes.length}\r\n\r\n`;
      await converse(server, Buffer.concat([Buffer.from(head), bytes.subarray(0, 30_000)]));
      assert.equal((await sql(options, `SELECT 1 FROM attachment WHERE hash = '${sha(bytes)}'`)).length, 0);
    });

    it("holds after kill -9 between sending and submitting, and takes away what nobody named, not what somebody did", async () => {
      const [named, forgotten] = [jpeg(41, 70_000), jpeg(42, 70_000)];
      for (const bytes of [named, forgotten]) assert.equal((await send(doctor, people[5], bytes)).status, 201);
      await server.stop("SIGKILL");
      server = await startServer(options);
      [doctor, clinician] = await Promise.all(["doctor", "clinician"].map((login) => logIn(server, login)));
      const record = paper(people[5], [sha(named)]);
      assert.equal((await submit(doctor, record)).status, 201);
      assert.equal(await server.stop(), 0);
      await sql(options, "UPDATE attachment SET touched_at = 1");
      await sql(options, "UPDATE attachment_upload SET uploaded_at = 1");
      server = await startServer(options);
      [doctor, clinician] = await Promise.all(["doctor", "clinician"].map((login) => logIn(server, login)));
      const end = performance.now() + 30_000;
      while ((await sql(options, `SELECT 1 FROM attachment WHERE hash = '${sha(forgotten)}'`)).length > 0)
        assert.ok(performance.now() < end, "the job takes it away");
      assert.deepEqual(await sql(options, `SELECT 1 FROM attachment_part WHERE hash = '${sha(forgotten)}'`), []);
      assert.ok((await read(doctor, `/api/records/${record.id}/attachments/${sha(named)}`)).bytes.equals(named));
      assert.equal((await submit(doctor, paper(people[5], [sha(named)]))).status, 422, "it was sent too long ago");
      assert.equal((await send(doctor, people[5], forgotten)).status, 201, "it can be sent again");
    });

    it("is in a backup, which is restored onto the other engine, and the doctor finds what was changed behind its back", async () => {
      const bytes = jpeg(51, 40_000);
      assert.equal((await send(doctor, people[6], bytes)).status, 201);
      const record = paper(people[6], [sha(bytes)]);
      assert.equal((await submit(doctor, record)).status, 201);
      const file = join(temporaryFolder(), "copy.db");
      assert.equal(attempt("backup", file, ...options).code, 0);
      const keys = options[3] ?? `${options[1]}.keys`;
      const target = isPostgres(options) ? join(temporaryFolder(), "again.db") : startPostgres();
      const restored = attempt("restore", file, "--db", target, "--keys", keys);
      assert.equal(restored.code, 0, restored.err);
      const there = ["--db", target, "--keys", keys];
      assert.equal(doctorSays(there).state, "ok");
      const other = await startServer(there);
      const answer = await read(await logIn(other, "doctor"), `/api/records/${record.id}/attachments/${sha(bytes)}`);
      await other.stop();
      assert.ok(answer.bytes.equals(bytes));
      await sql(there, `DELETE FROM attachment_part WHERE hash = '${sha(bytes)}' AND part_no = 1`);
      assert.match(doctorSays(there).en, new RegExp(`damaged 1.*${sha(bytes)}`));
      await sql(there, `DELETE FROM attachment WHERE hash = '${sha(bytes)}'`);
      assert.match(doctorSays(there).en, /damaged 0, missing 1, unnoted 0/);
      await sql(there, `DELETE FROM record_attachment WHERE hash = '${sha(bytes)}'`);
      assert.match(doctorSays(there).en, /damaged 0, missing 0, unnoted 1/);
    });
  });
}

describe("attachments and the triggers", () => {
  it("refuse changing and deleting what a record names, on SQLite and PostgreSQL", async () => {
    for (const [, makeDatabase] of databases) {
      const options = makeCounty(makeDatabase, { residents: 1000 });
      const server = await startServer(options);
      const doctor = await logIn(server, "doctor");
      const [line] = await wholeList(doctor);
      assert.equal((await send(doctor, line.resident.id, jpeg(1))).status, 201);
      assert.equal((await submit(doctor, paper(line.resident.id, [sha(jpeg(1))]))).status, 201);
      assert.equal((await submit(doctor, followup(line.resident.id))).status, 201);
      await server.stop();
      const run = async (text) => {
        if (isPostgres(options)) return execFileSync("psql", [options[1], "-q", "-v", "ON_ERROR_STOP=1", "-c", text], { stdio: "pipe" });
        const { DatabaseSync } = await import("node:sqlite");
        const database = new DatabaseSync(options[1]);
        try {
          return database.exec(text);
        } finally {
          database.close();
        }
      };
      for (const text of ["DELETE FROM attachment", "DELETE FROM attachment_part", "DELETE FROM record_attachment", "UPDATE attachment SET bytes = 1",
        "UPDATE attachment_part SET part_no = 9", "UPDATE record_attachment SET field = 'x'"])
        await assert.rejects(run(text), /append only/, text);
      await run("UPDATE attachment SET touched_at = 1");
    }
  });
});
