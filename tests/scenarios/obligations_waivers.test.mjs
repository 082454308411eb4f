// Sparing somebody what is owed, and putting it off: over HTTP and on the command line, with what the lists,
// the resident's page and a past day say of it.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { attempt, followup, lines, newId, submit, uncontrolled, wholeList } from "../support/county.mjs";
import { databases, logIn, makeCounty, startServer } from "../support/server.mjs";

const today = "2025-06-30";

for (const [name, makeDatabase] of databases) {
  describe(`waivers on ${name}`, () => {
    let options, server, doctor, clinician, director, list, line;
    before(async () => {
      options = makeCounty(makeDatabase);
      server = await startServer(options);
      [doctor, clinician, director] = await Promise.all(["doctor", "clinician", "county"].map((login) => logIn(server, login)));
      list = await wholeList(doctor);
      line = list.find(({ closes_on, item }) => closes_on > "2025-09-30" && item === null);
    });
    after(() => server?.stop());

    const post = (client, path, body) => client.fetch(path, { method: "POST", body });
    const give = (more, client = doctor) =>
      post(client, `/api/residents/${line.resident.id}/waivers`, { id: newId(), program: line.program, obligation: line.obligation, closes_on: line.closes_on, reason: "away", ...more });
    const end = (id, reason = "已回村") => post(doctor, `/api/residents/${line.resident.id}/waivers/${id}/end`, { reason });
    const same = (one) => one.resident.id === line.resident.id && one.program === line.program && one.obligation === line.obligation;
    const waived = async () => (await doctor.fetch("/api/obligations?state=waived")).body;

    it("spares until a day, counts apart, and owes it again behind that day", async () => {
      const answer = await give({ until: "2025-07-10" });
      assert.equal(answer.status, 201, answer.text);
      assert.equal((await wholeList(doctor)).filter(same).length, 0);
      const { items, waived: n, counts } = await waived();
      assert.equal(n, 1);
      assert.equal(items.length, 1);
      assert.equal(counts.overdue + counts.due + counts.open, list.length - 1);
      assert.equal(items[0].state, "waived");
      assert.equal(items[0].waived_on, today);
      const later = (await doctor.fetch("/api/obligations?on=2025-07-11&limit=100")).body.items.filter(same);
      const lastly = (await doctor.fetch("/api/obligations?on=2025-07-10&limit=100")).body.items.filter(same);
      assert.deepEqual([lastly.length, later.length], [0, 1]);
      const { body: history } = await doctor.fetch(`/api/residents/${line.resident.id}/waivers`);
      assert.equal(history.items.length, 1);
      assert.equal(history.items[0].reason_title.zh, "外出");
      assert.ok(history.items[0].given_by_name);
      assert.equal((await end(answer.body.id)).status, 200);
      assert.deepEqual(await wholeList(doctor), list);
      assert.equal((await waived()).waived, 0);
    });

    it("answers a repeated request alike, and another one under its id with a conflict", async () => {
      const id = newId();
      assert.equal((await give({ id, until: "2025-07-10" })).status, 201);
      const again = await give({ id, until: "2025-07-10" });
      assert.equal(again.status, 200);
      assert.equal(again.body.was_known, true);
      assert.equal((await give({ id, until: "2025-07-12" })).status, 409);
      assert.equal((await end(id)).status, 200);
      assert.equal((await end(id)).status, 200);
      assert.equal((await end(id, "另一个原因")).status, 409);
    });

    it("refuses what has no reason, no end, nothing to spare, or is not for the caller", async () => {
      for (const [more, where] of [
        [{ reason: "busy" }, "/reason"],
        [{}, "/until"],
        [{ reason: "other", until: "2025-07-10" }, "/note"],
        [{ until: "2025-06-29" }, "/until"],
        [{ obligation: "nothing", until: "2025-07-10" }, "/obligation"],
        [{ kind: "postpone", until: "2025-07-10" }, "/until"],
        [{ closes_on: "2024-03-31", until: "2025-07-10" }, "/obligation"],
      ]) {
        const answer = await give(more);
        assert.equal(answer.status, 422, JSON.stringify(more));
        assert.equal(answer.body.problems[0].where, where);
      }
      assert.equal((await give({ until: "2025-07-10" }, director)).status, 403);
      assert.deepEqual(await wholeList(doctor), list);
      const refused = await doctor.fetch("/api/obligations?state=waived,due");
      assert.equal(refused.status, 422);
    });

    it("spares the whole rule for a time, and tells a past day what was known on it", async () => {
      const answer = await give({ covers: "rule", closes_on: undefined, reason: "refuses", note: "本人多次拒绝随访" });
      assert.equal(answer.status, 201, answer.text);
      assert.equal((await doctor.fetch("/api/obligations?on=2025-09-30&limit=100")).body.items.filter(same).length, 0);
      const page = (await doctor.fetch(`/api/residents/${line.resident.id}`)).body;
      const shown = page.obligations.find((one) => one.obligation === line.obligation && one.state === "waived");
      assert.ok(shown.why.some(({ text }) => text.zh.includes("豁免")));
      const before = (await doctor.fetch(`/api/residents/${line.resident.id}?on=2025-06-29`)).body;
      assert.ok(before.obligations.every(({ state }) => state !== "waived"));
      assert.equal((await end(answer.body.id)).status, 200);
    });

    it("does the same on the command line, and leaves an audit entry for each", async () => {
      const words = ["--resident", line.resident.id, "--rule", `${line.program}/${line.obligation}`];
      const [{ waiver }] = lines("obligations waive", options, ...words, "--reason", "unreachable", "--until", "2025-07-05");
      const listed = lines("due", options, "--state", "waived").filter(({ resident }) => resident === line.resident.id);
      assert.equal(listed.length, 1);
      const known = lines("obligations waivers", options, "--resident", line.resident.id).find((one) => one.waiver === waiver);
      assert.deepEqual([known.reason, known.until, known.is_ended], ["unreachable", "2025-07-05", false]);
      lines("obligations unwaive", options, "--resident", line.resident.id, "--waiver", waiver, "--reason", "联系上了");
      assert.deepEqual(await wholeList(doctor), list);
      assert.equal(lines("obligations verify", options)[0].written, 0);
      assert.notEqual(attempt("obligations", "waive", ...options, ...words, "--reason", "unreachable").code, 0);
    });

    it("puts off to a later day, never behind the last one", async () => {
      const { resident } = list.find(({ program }) => program === "hypertension");
      const visit = followup(resident.id, uncontrolled);
      assert.equal((await submit(doctor, visit)).status, 201);
      const next = async (on) => (await doctor.fetch(`/api/obligations?on=${on}&limit=100&program=hypertension`)).body.items.find((one) => one.resident.id === resident.id && one.obligation === "followup");
      const asked = await next("2025-07-20");
      assert.deepEqual([asked.due_on, asked.closes_on, asked.state], ["2025-07-14", "2025-09-30", "overdue"]);
      const path = `/api/residents/${resident.id}/waivers`;
      const body = { id: newId(), kind: "postpone", program: "hypertension", obligation: "followup", closes_on: "2025-09-30", reason: "away" };
      for (const until of ["2025-10-01", "2025-07-14"]) assert.equal((await post(doctor, path, { ...body, until })).status, 422);
      assert.equal((await post(doctor, path, { ...body, until: "2025-08-20" })).status, 201);
      const moved = await next("2025-07-20");
      assert.deepEqual([moved.due_on, moved.closes_on, moved.state], ["2025-08-20", "2025-09-30", "open"]);
      assert.equal((await next("2025-08-21")).state, "overdue");
      assert.equal((await post(doctor, `${path}/${body.id}/end`, { reason: "录入有误" })).status, 200);
      assert.deepEqual(await next("2025-07-20"), asked);
      assert.equal((await post(clinician, `/api/records/${visit.id}/void`, { reason: "录入有误" })).status, 200);
      assert.deepEqual(await wholeList(doctor), list);
    });
  });
}
