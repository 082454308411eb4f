// Who served and who typed, where, and how late a record may come.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { attempt, daysAfter, followup, lines, newId, parseLines, submit, wholeList } from "../support/county.mjs";
import { databases, logIn, makeCounty, startServer } from "../support/server.mjs";

for (const [name, makeDatabase] of databases) {
  describe(`who served and when, on ${name}`, () => {
    let options, server, doctor, clinician, resident, self;
    before(async () => {
      options = makeCounty(makeDatabase);
      server = await startServer(options);
      [doctor, clinician] = await Promise.all(["doctor", "clinician"].map((login) => logIn(server, login)));
      resident = (await wholeList(doctor))[0].resident;
      self = (await clinician.fetch("/api/session")).body.account;
    });
    after(() => server?.stop());

    const context = async (client, on) =>
      (await client.fetch(`/api/forms/hypertension_followup/context?resident=${resident.id}&on=${on}`)).body;
    const problemOf = (answer) => [answer.status, answer.body.problems?.[0].code, answer.body.problems?.[0].where];

    it("keeps who served apart from who typed, with the place where it was", async () => {
      const { performers } = await context(clinician, "2025-06-30");
      const { account } = (await doctor.fetch("/api/session")).body;
      const served = performers.find(({ id }) => id === account.id);
      assert.ok(served && served.facility_name.zh, "the village doctor is on duty below the township");
      const body = followup(resident.id, {}, { performed_by: served.id, facility: served.facility });
      assert.equal((await submit(clinician, body)).status, 201);
      const record = (await clinician.fetch(`/api/records/${body.id}`)).body;
      assert.deepEqual([record.performed_by, record.performed_by_name], [account.id, account.name]);
      assert.deepEqual([record.recorded_by, record.recorded_by_name], [self.id, self.name]);
      assert.equal(record.facility, served.facility);
      assert.equal((await submit(clinician, body)).body.was_known, true);
      const [line] = lines("records", options, "--resident", resident.id).filter(({ record: id }) => id === body.id);
      assert.deepEqual([line.performed_by, line.recorded_by], [account.id, self.id]);
      const amendment = { ...followup(resident.id, { sbp: 131 }), amends: body.id, reason: "读数录错", performed_by: served.id, facility: served.facility };
      assert.equal((await submit(clinician, amendment)).status, 201);
    });

    it("lets a doctor void, or file anew, what he wrote himself while its days last, and nobody else's", async () => {
      const pageOf = async (id, client = doctor) => (await client.fetch(`/api/records/${id}`)).body;
      const voided = (id) => doctor.fetch(`/api/records/${id}/void`, { method: "POST", body: { reason: "记错了人" } });
      const own = followup(resident.id), others = followup(resident.id);
      assert.equal((await submit(doctor, own)).status, 201);
      assert.equal((await submit(clinician, others)).status, 201);
      assert.deepEqual([(await pageOf(own.id)).may_void, (await pageOf(others.id)).may_void, (await pageOf(own.id, clinician)).may_void], [true, false, true]);
      assert.deepEqual(problemOf(await voided(others.id)).slice(0, 2), [403, "RECORD_VOID_OTHERS"]);
      const list = await wholeList(doctor);
      const right = list.find((line) => line.resident.id !== resident.id && line.resident.sex === resident.sex).resident;
      const again = newId();
      const refile = (id) => doctor.fetch(`/api/records/${id}/refile`, { method: "POST", body: { id: again, subject: right.id, reason: "记错了人" } });
      assert.deepEqual(problemOf(await refile(others.id)).slice(0, 2), [403, "RECORD_VOID_OTHERS"]);
      const refiled = await refile(own.id);
      assert.equal(refiled.status, 200, refiled.text);
      assert.deepEqual([(await pageOf(own.id)).is_ended, (await pageOf(own.id)).may_void, (await pageOf(again)).subject], [true, false, right.id]);
      assert.deepEqual([(await voided(again)).status, (await voided(again)).status], [200, 200]);
      const voids = (id) => lines("audit list", options, "--until", "2025-07-02", "--person", id).filter(({ action }) => action === "record.void").length;
      assert.deepEqual([voids(resident.id), voids(right.id)], [1, 1], "each is in the audit once");
      const me = (await doctor.fetch("/api/session")).body.account.name;
      const lived = (await Promise.all(list.slice(0, 8).map(({ resident: { id } }) => doctor.fetch(`/api/residents/${id}`)))).flatMap(({ body }) => body.records);
      const old = lived.find(({ is_ended: ended, recorded_by_name: by, happened_on: day }) => !ended && by === me && day < "2025-05-31");
      assert.ok(old, "the doctor wrote something long ago");
      assert.equal((await pageOf(old.id)).may_void, false);
      assert.deepEqual(problemOf(await voided(old.id)).slice(0, 2), [403, "RECORD_VOID_OTHERS"]);
      const registered = lived.find(({ is_ended: ended, recorded_by_name: by, happened_on: day, form }) => !ended && by === me && day < "2025-05-31" && form === "hypertension_registration");
      assert.ok(registered, "the doctor registered somebody long ago, with a form that takes any day");
      assert.equal((await pageOf(registered.id)).may_void, false);
      assert.deepEqual(problemOf(await voided(registered.id)).slice(0, 2), [403, "RECORD_VOID_OTHERS"]);
    });

    it("refuses who was not on duty that day, or at no place in sight", async () => {
      const { performers } = await context(clinician, "2025-06-30");
      assert.deepEqual((await context(clinician, "2022-06-30")).performers, [], "nobody was at work yet");
      const own = (await context(doctor, "2025-06-30")).performers.map(({ id }) => id);
      const elsewhere = performers.find(({ id }) => !own.includes(id));
      assert.deepEqual(problemOf(await submit(doctor, followup(resident.id, {}, { performed_by: elsewhere.id }))), [404, "RECORD_PERFORMER", "/performed_by"]);
      assert.deepEqual(problemOf(await submit(doctor, followup(resident.id, {}, { performed_by: newId() }))), [404, "RECORD_PERFORMER", "/performed_by"]);
      assert.deepEqual(problemOf(await submit(doctor, followup(resident.id, {}, { facility: elsewhere.facility }))), [422, "RECORD_FACILITY", "/facility"]);
    });

    it("takes a record within the days of the form, and later only with the permission and a reason", async () => {
      const { earliest, may_backdate: may } = await context(doctor, "2025-06-30");
      assert.deepEqual([earliest, may], ["2025-05-31", false]);
      const at = (day, more = {}) => followup(resident.id, { next_followup_on: "2025-08-20" }, { happened_on: day, ...more });
      assert.equal((await submit(doctor, at(earliest))).status, 201);
      const late = daysAfter(earliest, -1);
      assert.deepEqual(problemOf(await submit(doctor, at(late, { reason: "停电三周" }))), [422, "RECORD_TOO_LATE", "/happened_on"]);
      assert.deepEqual(problemOf(await submit(clinician, at(late))), [422, "RECORD_LATE_REASON", "/reason"]);
      assert.deepEqual(problemOf(await submit(doctor, at("2025-07-01"))), [422, "RECORD_IN_FUTURE", "/happened_on"]);
      const body = at(late, { reason: "停电三周，按纸质表补录" });
      assert.deepEqual([(await submit(clinician, body)).status, (await submit(clinician, body)).status], [201, 200]);
      assert.equal((await clinician.fetch(`/api/records/${body.id}`)).body.reason, body.reason);
      const amendment = { ...at(late, { amends: body.id, reason: "读数录错" }), answers: { ...body.answers, sbp: 133 } };
      assert.equal((await submit(doctor, amendment)).status, 201, "its day was accepted before");
      const earlier = { ...at(daysAfter(late, -1), { amends: amendment.id, reason: "日期录错" }) };
      assert.deepEqual(problemOf(await submit(doctor, earlier)), [422, "RECORD_TOO_LATE", "/happened_on"]);
      const proven = parseLines(attempt("doctor", ...options).out).find(({ check }) => check === "records");
      assert.equal(proven.state, "ok", "the reason is proven with the record");
    });
  });
}
