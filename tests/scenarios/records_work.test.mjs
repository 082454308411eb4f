// Working on records: what versions changed, two who amend at once, the timeline by pages, drafts.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { attempt, daysAfter, followup, newId, parseLines, submit, wholeList } from "../support/county.mjs";
import { databases, logIn, makeCounty, startServer } from "../support/server.mjs";

for (const [name, makeDatabase] of databases) {
  describe(`working on records, on ${name}`, () => {
    let options, server, doctor, clinician, people, resident;
    before(async () => {
      options = makeCounty(makeDatabase);
      server = await startServer(options);
      [doctor, clinician] = await Promise.all(["doctor", "clinician"].map((login) => logIn(server, login)));
      people = (await wholeList(doctor)).map((line) => line.resident);
      resident = people[0];
    });
    after(() => server?.stop());
    const get = async (client, path) => {
      const answer = await client.fetch(path);
      assert.equal(answer.status, 200, answer.text);
      return answer.body;
    };

    it("tells what each version changed, with labels, old, new, who, when and why", async () => {
      const first = followup(resident.id, { symptoms: ["1"] });
      const second = { ...followup(resident.id, { sbp: 133, symptoms: ["3", "4"] }), amends: first.id, reason: "读数录错" };
      for (const body of [first, second]) assert.equal((await submit(doctor, body)).status, 201);
      const { versions } = await get(clinician, `/api/records/${second.id}/history`);
      assert.deepEqual(versions.map(({ id }) => id), [first.id, second.id]);
      assert.deepEqual(versions[0].changes, []);
      assert.equal(versions[1].reason, "读数录错");
      const changes = Object.fromEntries(versions[1].changes.map((one) => [one.field, one]));
      assert.deepEqual(Object.keys(changes).sort(), ["sbp", "symptoms"]);
      assert.equal(changes.sbp.before.zh, "128 mmHg");
      assert.equal(changes.sbp.after.en, "133 mmHg");
      assert.match(changes.symptoms.after.zh, /; /);
      assert.ok(changes.sbp.label.zh && versions[1].recorded_by_name && versions[1].recorded_at);
      const told = parseLines(attempt("records", ...options, "--history", first.id).out);
      assert.deepEqual(told.map(({ record }) => record), [first.id, second.id]);
      assert.equal(told[1].changes.find(({ field }) => field === "sbp").after.zh, "133 mmHg");
      const others = (await wholeList(clinician)).map((line) => line.resident.id).find((id) => !people.some((one) => one.id === id));
      assert.ok(others);
      const hidden = followup(others);
      assert.equal((await submit(clinician, hidden)).status, 201);
      assert.equal((await doctor.fetch(`/api/records/${hidden.id}/history`)).status, 404);
    });

    it("shows the slower of two who amend one version what the other wrote", async () => {
      const first = followup(people[1].id);
      assert.equal((await submit(doctor, first)).status, 201);
      const mine = { ...followup(people[1].id, { sbp: 131 }), amends: first.id, reason: "甲改" };
      const theirs = { ...followup(people[1].id, { sbp: 137 }), amends: first.id, reason: "乙改" };
      const answers = await Promise.all([submit(doctor, mine), submit(clinician, theirs)]);
      assert.deepEqual(answers.map(({ status }) => status).sort(), [201, 409]);
      const { body } = answers.find(({ status }) => status === 409);
      const won = answers[0].status === 201 ? mine : theirs;
      assert.equal(body.problems[0].code, "RECORD_ENDED");
      assert.equal(body.current.id, won.id);
      assert.equal(body.current.answers.sbp, won.answers.sbp);
      assert.equal(body.current.reason, won.reason);
      const onTop = { ...followup(people[1].id, { sbp: 135 }), amends: body.current.id, reason: "合并" };
      assert.equal((await submit(doctor, onTop)).status, 201);
    });

    it("pages the timeline newest first, by form or program, ended ones on request", async () => {
      const id = people[2].id;
      const days = ["2025-06-10", "2025-06-20", "2025-06-20", "2025-06-30"];
      const made = [];
      for (const day of days) {
        const body = followup(id, { next_followup_on: "2025-09-01" }, { happened_on: day });
        assert.equal((await submit(doctor, body)).status, 201);
        made.push(body.id);
      }
      const reason = { reason: "重复录入" };
      assert.equal((await clinician.fetch(`/api/records/${made[3]}/void`, { method: "POST", body: reason })).status, 200);
      const pages = async (query) => {
        const records = [];
        for (let after = ""; ;) {
          const page = await get(doctor, `/api/residents/${id}/records?limit=2${query}${after}`);
          assert.ok(page.records.length <= 2);
          records.push(...page.records);
          if (!page.next) return records;
          after = `&after=${encodeURIComponent(page.next)}`;
        }
      };
      const all = await pages("&ended=1");
      const current = await pages("");
      const whole = (await get(doctor, `/api/residents/${id}`)).records;
      assert.deepEqual(all.map((one) => one.id), whole.map((one) => one.id));
      assert.deepEqual(current.map((one) => one.id), whole.filter((one) => !one.is_ended).map((one) => one.id));
      assert.ok(!current.some((one) => one.id === made[3]) && all.some((one) => one.id === made[3]));
      const followups = await pages("&form=hypertension_followup");
      assert.ok(followups.length > 0 && followups.every((one) => one.form === "hypertension_followup"));
      const ofProgram = await pages("&program=hypertension");
      const read = ["health_exam", "hypertension_followup", "hypertension_leave", "hypertension_registration"];
      assert.deepEqual(ofProgram.map((one) => one.id), current.filter((one) => read.includes(one.form)).map((one) => one.id));
      assert.deepEqual((await pages("&program=hypertension_screening")).map((one) => one.form), ["hypertension_registration"]);
      assert.equal((await doctor.fetch(`/api/residents/${id}/records?form=nothing`)).status, 422);
      assert.equal((await doctor.fetch(`/api/residents/${newId()}/records`)).status, 404);
    });

    it("gives what was measured over time with the limits of the packs: of current records, in sight only", async () => {
      const { id, birth_date } = people[4];
      const first = followup(id, { sbp: 138, dbp: 81, next_followup_on: "2025-09-01" }, { happened_on: "2025-06-11" });
      const amended = { ...followup(id, { sbp: 136, dbp: 81, next_followup_on: "2025-09-01" }, { happened_on: "2025-06-11" }), amends: first.id, reason: "读数录错" };
      for (const body of [first, amended]) assert.equal((await submit(doctor, body)).status, 201);
      const { charts } = await get(doctor, `/api/residents/${id}/charts`);
      const pressure = charts.find((chart) => chart.id === "blood_pressure");
      const [systolic, diastolic] = pressure.lines.map(({ values }) => values);
      assert.deepEqual(systolic.find(({ on }) => on === "2025-06-11"), { on: "2025-06-11", value: 136, record: amended.id });
      assert.ok(!systolic.some(({ record }) => record === first.id), "what was amended is not drawn");
      assert.equal(diastolic.find(({ record }) => record === amended.id).value, 81);
      const days = systolic.map(({ on }) => on);
      assert.deepEqual(days, [...days].sort(), "by day");
      assert.deepEqual(pressure.limits.map(({ value }) => value), [birth_date > "1960-06-30" ? 140 : 150, 90]);
      assert.ok(charts.every(({ lines }) => lines.some(({ values }) => values.length > 0)), "no chart without a value");
      assert.equal((await doctor.fetch(`/api/residents/${newId()}/charts`)).status, 404);
      const child = (await get(clinician, "/api/obligations?program=child&state=overdue,due,open&limit=100")).items.map((item) => item.resident.id);
      for (const one of child) {
        const weight = (await get(clinician, `/api/residents/${one}/charts`)).charts.find((chart) => chart.id === "child_weight");
        if (!weight) continue;
        assert.equal(weight.band.length, 61);
        assert.ok(weight.band.every(({ low, high }) => low < high));
        return;
      }
      assert.fail("no child was weighed");
    });

    it("keeps a draft for its account alone, until it is sent, dropped or out of sight", async () => {
      const at = (id, more = "") => `/api/drafts/hypertension_followup?resident=${id}${more}`;
      const put = (client, id, body) => client.fetch(at(id), { method: "PUT", body });
      const record = followup(people[3].id);
      const content = JSON.stringify({ sbp: "1x", note: "王某某" });
      assert.equal((await put(doctor, people[3].id, { id: record.id, content: "{}" })).status, 200);
      assert.equal((await put(doctor, people[3].id, { id: record.id, content })).status, 200);
      const { account } = (await doctor.fetch("/api/session")).body;
      const admin = await logIn(server, "admin");
      const kept = async () => (await get(admin, `/api/audit?account=${account.id}&limit=200`)).items.filter(({ action, object }) => action === "draft.keep" && object === record.id).length;
      assert.equal(await kept(), 1, "once a draft and day");
      const again = await logIn(server, "doctor"); // another device
      assert.equal((await get(again, at(people[3].id))).draft.content, content);
      const [line, ...rest] = (await get(again, "/api/drafts")).drafts;
      assert.deepEqual([line.id, line.resident.id, line.resident.name, rest], [record.id, people[3].id, people[3].name, []]);
      assert.equal((await get(clinician, at(people[3].id))).draft, null, "nobody else's");
      assert.deepEqual((await get(clinician, "/api/drafts")).drafts, []);
      const before = (await get(doctor, `/api/residents/${people[3].id}`)).records.length;
      assert.equal((await submit(doctor, record)).status, 201);
      assert.equal((await get(doctor, `/api/residents/${people[3].id}`)).records.length, before + 1);
      assert.equal((await get(doctor, at(people[3].id))).draft, null, "it was sent");
      assert.equal((await put(doctor, people[4].id, { id: newId(), content })).status, 200);
      assert.equal((await doctor.fetch(at(people[4].id), { method: "DELETE" })).status, 204);
      assert.equal((await get(doctor, at(people[4].id))).draft, null);
      assert.equal((await put(doctor, people[4].id, { id: newId(), content: "x".repeat(65 * 1024) })).status, 413);
      assert.equal((await put(doctor, newId(), { id: newId(), content })).status, 404);
      const others = (await wholeList(clinician)).map((one) => one.resident.id).find((id) => !people.some((one) => one.id === id));
      assert.equal((await put(doctor, others, { id: newId(), content })).status, 404);
    });
  });
}
