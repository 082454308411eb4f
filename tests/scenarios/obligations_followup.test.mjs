// A day of a village doctor over the API: the list, the resident, the visit, and the list again; and what
// everybody else does not see. Each test voids what it submitted and finds the list as it was.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { followup, lines, newId, submit, uncontrolled, wholeList, withoutRequest } from "../support/county.mjs";
import { databases, logIn, makeCounty, password, root, run, startServer, temporaryFolder } from "../support/server.mjs";

/** A village doctor of a clinic that is not the demo doctor's. */
function addOtherDoctor(options) {
  const file = join(temporaryFolder(), "password");
  writeFileSync(file, password);
  const clinic = lines("facilities", options).find(({ level, code }) => level === 5 && !code.startsWith("441322119"));
  run("user", "add", ...options, "--packs", join(root, "packs"), "--login", "other-doctor", "--name", "邻村医生", "--role", "village_doctor", "--facility", clinic.code, "--password-file", file);
}

for (const [name, makeDatabase] of databases) {
  describe(`a follow-up on ${name}`, () => {
    let options, server, doctor, clinician, list, first;
    before(async () => {
      options = makeCounty(makeDatabase);
      addOtherDoctor(options);
      server = await startServer(options);
      [doctor, clinician] = await Promise.all(["doctor", "clinician"].map((login) => logIn(server, login)));
      list = await wholeList(doctor);
      first = list.find((line) => visits({ obligations: [line] }).length > 0 && line.closes_on === "2025-06-30");
      assert.ok(list.length >= 2 && first?.state === "overdue");
    });
    after(() => server?.stop());

    async function voidAll(...ids) {
      for (const id of ids) {
        const answer = await clinician.fetch(`/api/records/${id}/void`, { method: "POST", body: { reason: "录入错误" } });
        assert.equal(answer.status, 200, answer.text);
      }
      assert.deepEqual(await wholeList(doctor), list);
    }
    /* What is owed by the rule of this file; yearly exams stand beside it. */
    const visits = ({ obligations }) => obligations.filter(({ program, obligation }) => program === "hypertension" && obligation === "followup");
    const lineOf = async (resident) => (await wholeList(doctor)).find((line) => line.resident.id === resident);

    it("knows what the form reads before it is filled in", async () => {
      const { status, body } = await doctor.fetch(`/api/forms/hypertension_followup/context?resident=${first.resident.id}`);
      assert.equal(status, 200);
      assert.equal(body.today, "2025-06-30");
      assert.equal(body.happened_on, "2025-06-30");
      assert.deepEqual(body.subject, { sex: first.resident.sex, birth_date: first.resident.birth_date }, "programs are nobody's business where the form does not ask");
      const exam = (await doctor.fetch(`/api/forms/health_exam/context?resident=${first.resident.id}`)).body;
      assert.ok(exam.subject.programs.includes("hypertension"), "and are there where it does");
      assert.ok(body.previous === null || body.previous.happened_on < "2025-06-30");
    });

    it("narrows list and counts to a village, or to the villages of a town", async () => {
      const seen = await wholeList(clinician);
      const codes = [...new Set(seen.map(({ resident }) => resident.area))];
      assert.ok(codes.length > 1);
      const total = { overdue: 0, due: 0, open: 0 };
      for (const code of codes) {
        const { body } = await clinician.fetch(`/api/obligations?limit=100&area=${code}`);
        const mine = seen.filter(({ resident }) => resident.area === code);
        assert.deepEqual(body.items, mine.slice(0, 100));
        for (const state of Object.keys(total)) {
          assert.equal(body.counts[state], mine.filter((line) => line.state === state).length);
          total[state] += body.counts[state];
        }
      }
      const { body: whole } = await clinician.fetch("/api/obligations");
      assert.deepEqual(total, whole.counts);
      const town = codes[0].slice(0, 9);
      const { body: ofTown } = await clinician.fetch(`/api/obligations?limit=1&area=${town}`);
      const { overdue, due, open } = ofTown.counts;
      assert.equal(overdue + due + open, seen.filter(({ resident }) => resident.area.startsWith(town)).length);
      assert.deepEqual((await clinician.fetch("/api/obligations?area=110000000000")).body.items, []);
    });

    it("refuses states and days that the list does not have", async () => {
      for (const [query, where] of [["state=met", "state"], ["state=overdue,closed", "state"], ["on=2026-01-02", "on"], ["on=2025-06-29", "on"]]) {
        const answer = await doctor.fetch(`/api/obligations?${query}`);
        assert.equal(answer.status, 422, query);
        assert.equal(answer.body.problems[0].where, where);
        assert.ok(answer.body.problems[0].text.en);
      }
      assert.equal((await doctor.fetch("/api/obligations?on=2026-01-01")).status, 200);
    });

    it("takes the line off the list at once and moves the next date, when the pressure is within target", async () => {
      const body = followup(first.resident.id);
      const { status, body: receipt, text } = await submit(doctor, body);
      assert.equal(status, 201, text);
      assert.equal(receipt.id, body.id);
      assert.equal(receipt.was_known, false);
      assert.deepEqual(receipt.advice, []);
      assert.deepEqual(visits(receipt).map(({ state, opens_on, due_on }) => [state, opens_on, due_on]), [["closed", "2025-07-01", "2025-09-30"]]);
      assert.deepEqual(await wholeList(doctor), list.filter((line) => line !== first));
      const { body: page } = await doctor.fetch(`/api/residents/${first.resident.id}`);
      assert.equal(page.records[0].id, body.id);
      const met = page.obligations.find(({ met_by }) => met_by === body.id);
      assert.equal(met.state, "met");
      assert.equal(met.met_on, "2025-06-30");
      const { body: record } = await doctor.fetch(`/api/records/${body.id}`);
      for (const [field, value] of Object.entries(body.answers)) assert.deepEqual(record.answers[field], value, field);
      assert.equal(record.answers.bmi, 22.77);
      await voidAll(body.id);
    });

    it("owes the next visit in 14 days when the pressure is above target, whatever later date was agreed", async () => {
      const body = followup(first.resident.id, uncontrolled);
      const { status, body: receipt, text } = await submit(doctor, body);
      assert.equal(status, 201, text);
      assert.ok(receipt.advice.some(({ follow_up_days }) => follow_up_days === 14));
      assert.equal(visits(receipt)[0].due_on, "2025-07-14");
      await voidAll(body.id);
      const later = followup(first.resident.id, { ...uncontrolled, next_followup_on: "2025-08-30" });
      const soft = await submit(doctor, later);
      assert.equal(soft.status, 422);
      assert.deepEqual(soft.body.problems.map(({ where, soft }) => [where, soft]), [["/answers/next_followup_on", true]]);
      later.confirmed = soft.body.problems.map(({ confirm }) => confirm);
      const confirmed = await submit(doctor, later);
      assert.equal(confirmed.status, 201, confirmed.text);
      assert.equal(visits(confirmed.body)[0].due_on, "2025-07-14");
      await voidAll(later.id);
    });

    it("is not met by telephone, though the date agreed counts", async () => {
      const body = followup(first.resident.id, { mode: "3" });
      const { status, body: receipt, text } = await submit(doctor, body);
      assert.equal(status, 201, text);
      const line = await lineOf(first.resident.id);
      assert.ok(line, "the line stays on the list");
      assert.equal(line.opens_on, first.opens_on);
      assert.deepEqual([line.state, line.due_on], ["due", "2025-06-30"], "the quarter's end, as the date agreed is later");
      assert.equal(visits(receipt)[0].state, line.state);
      assert.equal(line.met_by, null);
      await voidAll(body.id);
    });

    it("follows an amendment and its being voided", async () => {
      const original = followup(first.resident.id);
      assert.equal((await submit(doctor, original)).status, 201);
      const withoutReason = await submit(doctor, followup(first.resident.id, uncontrolled, { amends: original.id }));
      assert.equal(withoutReason.status, 422);
      assert.equal(withoutReason.body.problems[0].where, "/reason");
      const amendment = followup(first.resident.id, uncontrolled, { amends: original.id, reason: "血压抄错" });
      const amended = await submit(doctor, amendment);
      assert.equal(amended.status, 201, amended.text);
      assert.equal(visits(amended.body)[0].due_on, "2025-07-14");
      const { body: old } = await doctor.fetch(`/api/records/${original.id}`);
      assert.equal(old.is_ended, true);
      assert.equal(old.amended_by, amendment.id);
      assert.equal(old.end_reason, "血压抄错");
      assert.equal((await doctor.fetch(`/api/records/${amendment.id}`)).body.amends, original.id);
      await voidAll(amendment.id);
      const again = await clinician.fetch(`/api/records/${amendment.id}/void`, { method: "POST", body: { reason: "再次作废" } });
      assert.equal(again.status, 409);
    });

    it("voids only with a permission and a reason", async () => {
      const body = followup(first.resident.id);
      assert.equal((await submit(clinician, body)).status, 201);
      const path = `/api/records/${body.id}/void`;
      assert.equal((await doctor.fetch(path, { method: "POST", body: { reason: "错" } })).status, 403);
      for (const reason of ["", "  ", undefined, 5]) {
        const answer = await clinician.fetch(path, { method: "POST", body: { reason } });
        assert.equal(answer.status, 422, answer.text);
        assert.equal(answer.body.problems[0].where, "/reason");
      }
      await voidAll(body.id);
    });

    it("says in both languages why something is owed, with rule, source and records", async () => {
      const { body } = await doctor.fetch(`/api/obligations/why?resident=${first.resident.id}`);
      const running = body.items.find(({ state }) => state === "overdue");
      assert.equal(running.due_on, first.due_on);
      for (const item of body.items) {
        assert.ok(item.why.length > 0);
        for (const { rule, source, records, text } of item.why) {
          assert.equal(rule, `${item.program}/${item.obligation}`);
          assert.match(source, /^national-2017 /);
          assert.ok(Array.isArray(records));
          assert.match(text.zh, /[\u4e00-\u9fff]/);
          assert.match(text.en, /[a-z]/);
          assert.doesNotMatch(text.en, /[\u4e00-\u9fff]/);
        }
      }
      for (const record of body.items.flatMap(({ why }) => why.flatMap(({ records }) => records))) {
        assert.equal((await doctor.fetch(`/api/records/${record}`)).status, 200);
      }
    });

    it("pages through the whole list without gaps, in order, and counts what it lists", async () => {
      const registered = [];
      for (const surname of "王李张刘陈杨黄赵周吴") {
        const { body } = await clinician.fetch(`/api/residents?q=${encodeURIComponent(surname)}`);
        for (const { id, age } of body.items) {
          if (age < 35 || registered.length === 30) continue;
          const answers = { hypertension_kind: "1", diagnosed_on: "2025-06-01", diagnosed_at: "博罗县人民医院", basis: "2", first_followup_on: "2025-06-30" };
          const record = { id: newId(), form: "hypertension_registration", subject: id, happened_on: "2025-06-30", answers };
          const answer = await submit(clinician, record);
          assert.equal(answer.status, 201, answer.text);
          registered.push(record.id);
        }
      }
      const whole = await wholeList(clinician);
      assert.ok(whole.length >= 20, `${whole.length} lines`);
      for (const limit of [1, 7, 100]) assert.deepEqual(await wholeList(clinician, { limit }), whole, `by ${limit}`);
      const key = ({ due_on, program, obligation, resident }) => [due_on, program, obligation, resident.id].join("~");
      assert.deepEqual(whole.map(key), whole.map(key).sort());
      const { body } = await clinician.fetch("/api/obligations?limit=1");
      for (const state of ["overdue", "due", "open"]) {
        const counted = whole.filter((line) => line.state === state).length;
        assert.equal(body.counts[state], counted);
        assert.equal(body.by_program.reduce((sum, program) => sum + program[state], 0), counted);
        assert.equal((await wholeList(clinician, { query: `&state=${state}` })).length, counted);
      }
      const programs = [...new Set(whole.map(({ program }) => program))];
      assert.ok(programs.length > 1 && programs.includes("hypertension"), programs.join());
      for (const program of programs) assert.deepEqual(await wholeList(clinician, { query: `&program=${program}` }), whole.filter((line) => line.program === program));
      assert.equal((await wholeList(clinician, { query: "&program=nothing" })).length, 0);
      await voidAll(...registered);
    });

    it("refuses questions about the list that make no sense", async () => {
      for (const [query, where] of [["state=late", "state"], ["limit=-1", "limit"], ["limit=101", "limit"], ["limit=x", "limit"], ["after=x", "after"], ["on=2025-02-30", "on"], ["on=2025-06-29", "on"]]) {
        const answer = await doctor.fetch(`/api/obligations?${query}`);
        assert.equal(answer.status, 422, query);
        assert.equal(answer.body.problems[0].where, where);
      }
    });

    it("shows nothing to the doctor of another clinic, not even that it exists", async () => {
      const other = await logIn(server, "other-doctor");
      const body = followup(first.resident.id, { symptoms_other: undefined });
      assert.equal((await submit(doctor, body)).status, 201);
      const strange = newId();
      for (const [path, strangePath] of [
        [`/api/residents/${first.resident.id}`, `/api/residents/${strange}`],
        [`/api/records/${body.id}`, `/api/records/${strange}`],
        [`/api/obligations/why?resident=${first.resident.id}`, `/api/obligations/why?resident=${strange}`],
        [`/api/forms/hypertension_followup/context?resident=${first.resident.id}`, `/api/forms/hypertension_followup/context?resident=${strange}`],
      ]) {
        const answer = await other.fetch(path);
        assert.equal(answer.status, 404, path);
        const plain = JSON.stringify(withoutRequest(answer)).replaceAll(first.resident.id, "ID").replaceAll(body.id, "ID");
        assert.equal(plain, JSON.stringify(withoutRequest(await other.fetch(strangePath))).replaceAll(strange, "ID"));
        for (const secret of [first.resident.name, first.resident.area_name, first.resident.area, first.resident.birth_date]) assert.ok(!answer.text.includes(secret));
      }
      const refused = await submit(other, followup(first.resident.id));
      assert.equal(refused.status, 404);
      const unknown = await submit(other, followup(strange));
      assert.equal(unknown.status, 404);
      const { body: found } = await other.fetch(`/api/residents?q=${encodeURIComponent(first.resident.name)}`);
      assert.ok(found.items.every(({ id }) => id !== first.resident.id));
      assert.ok((await wholeList(other)).every((line) => line.resident.id !== first.resident.id));
      await voidAll(body.id);
    });

    it("shows no persons to the county commission and no contents to the administrator", async () => {
      const county = await logIn(server, "county");
      const { status, body, text } = await county.fetch("/api/obligations");
      assert.equal(status, 200);
      assert.ok(body.items.length > 0);
      for (const { resident } of body.items.filter((line) => line.resident)) {
        assert.notEqual(resident.id, first.resident.id);
        assert.equal(resident.name ?? null, null);
        assert.equal(resident.birth_date ?? null, null);
      }
      assert.ok(!text.includes(first.resident.name) && !text.includes(first.resident.id));
      const admin = await logIn(server, "admin");
      const { records } = (await doctor.fetch(`/api/residents/${first.resident.id}`)).body;
      for (const client of [county, admin]) {
        for (const path of [`/api/residents/${first.resident.id}`, `/api/records/${records[0].id}`, "/api/residents?q=%E7%8E%8B", `/api/obligations/why?resident=${first.resident.id}`]) {
          const answer = await client.fetch(path);
          assert.equal(answer.status, 403, path);
          assert.ok(!answer.text.includes(first.resident.name));
        }
        assert.equal((await submit(client, followup(first.resident.id))).status, 403);
      }
      assert.equal((await admin.fetch("/api/obligations")).status, 403);
    });

    it("leaves obligations that a recomputation agrees with, and a whole audit chain", async () => {
      assert.equal(await server.stop(), 0);
      const [result] = lines("obligations verify", options);
      assert.equal(result.written + result.deleted, 0);
      const [audit] = lines("audit verify", options);
      assert.equal(audit.broken_at, null);
      assert.ok(audit.entries > 10);
    });
  });
}
