// What is sensitive: a form of a class is read and written by those who see the class, and for everybody else
// it leaves no trace in list, counts, timeline, reasons, newest values or overview.
import assert from "node:assert/strict";
import { cpSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { newId, submit, wholeList, withoutRequest } from "../support/county.mjs";
import { databases, logIn, makeCounty, root, startServer, temporaryFolder } from "../support/server.mjs";

function packsWithSensitive() {
  const folder = join(temporaryFolder(), "packs");
  cpSync(join(root, "packs"), folder, { recursive: true });
  cpSync(join(root, "tests/packs/sensitive"), folder, { recursive: true });
  return folder;
}

/* What the sensitive form says of the person; nobody in the county has it. */
const phone = "13999660000";
const everything = "state=overdue,due,open&limit=100";

for (const [name, makeDatabase] of databases) {
  describe(`what is sensitive, on ${name}`, () => {
    let server, doctor, clinician, resident, registration, visit, countsBefore, overviewBefore, phoneBefore;
    before(async () => {
      const packs = packsWithSensitive();
      server = await startServer(makeCounty(makeDatabase, { packs }), "--packs", packs);
      doctor = await logIn(server, "doctor");
      clinician = await logIn(server, "clinician");
      resident = (await wholeList(doctor))[0].resident.id;
      phoneBefore = (await doctor.fetch(`/api/residents/${resident}`)).body.resident.phone_masked;
      countsBefore = (await doctor.fetch(`/api/obligations?${everything}`)).body;
      overviewBefore = (await (await logIn(server, "county")).fetch("/api/overview")).body;
      const made = (form, answers, happened_on) => ({ id: newId(), form, subject: resident, happened_on, answers, confirmed: [] });
      registration = made("mental_registration", { mental_diagnosis: "无名之症", mental_phone: phone }, "2025-01-06");
      visit = made("mental_visit", { mental_risk: 3 }, "2025-03-05");
    });
    after(() => server?.stop());

    it("is written by who sees the class, and by nobody else", async () => {
      const refused = await submit(doctor, registration);
      assert.equal(refused.status, 403, refused.text);
      assert.equal(refused.body.problems[0].code, "FORM_CLOSED");
      assert.equal((await submit(clinician, registration)).status, 201);
      const stored = await submit(clinician, visit);
      assert.equal(stored.status, 201, stored.text);
      assert.equal((await submit(doctor, { ...visit, id: newId(), happened_on: "2025-05-05" })).status, 403);
    });

    it("is offered as a form only to who sees the class", async () => {
      const offered = async (client) => (await client.fetch("/api/forms")).body.forms.map(({ id }) => id);
      assert.ok((await offered(clinician)).includes("mental_visit"));
      assert.ok(!(await offered(doctor)).includes("mental_visit"));
    });

    it("shows in page, list, counts, newest values and reasons of who sees it", async () => {
      const page = (await clinician.fetch(`/api/residents/${resident}`)).body;
      assert.ok(page.programs.some(({ id }) => id === "mental"));
      assert.ok(page.obligations.some(({ program }) => program === "mental"));
      assert.equal(page.records.filter(({ form }) => form.startsWith("mental")).length, 2);
      assert.equal((await clinician.fetch(`/api/records/${visit.id}`)).body.answers.mental_risk, 3);
      const list = await wholeList(clinician, { query: "&program=mental" });
      assert.deepEqual(list.map((line) => line.resident.id), [resident]);
      assert.deepEqual(list[0].last.values.map(({ field }) => field), ["mental_risk"]);
      const { by_program } = (await clinician.fetch(`/api/obligations?${everything}`)).body;
      assert.ok(by_program.some(({ program }) => program === "mental"));
      const why = (await clinician.fetch(`/api/obligations/why?resident=${resident}`)).body;
      assert.match(JSON.stringify(why), new RegExp(visit.id));
    });

    it("keeps what it says of the person in its record: the register is for whoever sees the person", async () => {
      for (const client of [doctor, clinician]) {
        assert.equal((await client.fetch(`/api/residents/${resident}`)).body.resident.phone_masked, phoneBefore);
        for (const typed of [phone, phone.slice(-4)]) assert.ok(!(await client.fetch(`/api/residents?q=${typed}`)).text.includes(resident), typed);
      }
      const whole = await doctor.fetch(`/api/residents/${resident}/reveal`, { method: "POST", body: { reason: "核对联系电话，准备上门" } });
      assert.equal(whole.status, 200, whole.text);
      assert.doesNotMatch(whole.text, new RegExp(phone));
      const context = await doctor.fetch(`/api/forms/personal_information/context?resident=${resident}`);
      assert.equal(context.status, 200);
      assert.doesNotMatch(context.text, new RegExp(`${phone}|mental`));
      assert.equal((await clinician.fetch(`/api/records/${registration.id}`)).body.answers.mental_phone, phone);
      assert.equal((await doctor.fetch(`/api/records/${registration.id}`)).status, 404);
      for (const path of [`context?resident=${resident}`, "records?from=2025-01-01", "records.csv?from=2025-01-01"]) {
        const { text } = await doctor.fetch(`/api/forms/mental_registration/${path}`);
        for (const word of [phone, "无名之症", registration.id, `"mental"`]) assert.ok(!text.includes(word), `${path}: ${word}`);
      }
    });

    it("leaves no trace for who does not see it", async () => {
      const page = await doctor.fetch(`/api/residents/${resident}`);
      assert.equal(page.status, 200);
      const why = await doctor.fetch(`/api/obligations/why?resident=${resident}`);
      const list = await doctor.fetch(`/api/obligations?${everything}`);
      const latest = await doctor.fetch(`/api/forms/mental_visit?subject=${resident}`);
      const search = await doctor.fetch(`/api/residents?q=${encodeURIComponent(page.body.resident.name)}`);
      for (const { text } of [page, why, list, search]) assert.doesNotMatch(text, /mental|精神|无名之症/);
      assert.doesNotMatch(latest.text, new RegExp(visit.id));
      assert.deepEqual(list.body.counts, countsBefore.counts);
      assert.deepEqual(list.body.by_program, countsBefore.by_program);
      assert.equal((await wholeList(doctor, { query: "&program=mental" })).length, 0);
    });

    it("answers for a closed record like for none, to reading, voiding and amending", async () => {
      for (const path of [(id) => `/api/records/${id}`]) {
        const [closed, none] = [await doctor.fetch(path(visit.id)), await doctor.fetch(path(newId()))];
        assert.equal(closed.status, 404);
        const mask = (text) => text.replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, "ID");
        assert.equal(mask(JSON.stringify(withoutRequest(closed))), mask(JSON.stringify(withoutRequest(none))));
      }
      const amending = { ...visit, id: newId(), amends: visit.id, reason: "改正" };
      assert.equal((await submit(doctor, amending)).status, 403);
    });

    it("is no number of an overview for who does not see the class", async () => {
      const now = (await (await logIn(server, "county")).fetch("/api/overview")).body;
      assert.deepEqual(now.areas, overviewBefore.areas);
      assert.ok(!now.programs.some(({ program }) => program === "mental"));
    });
  });
}
