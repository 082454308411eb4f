// What an amended record was: its versions, what an amendment is judged by, and the words of both languages.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { followup, submit, wholeList } from "../support/county.mjs";
import { databases, logIn, makeCounty, startServer } from "../support/server.mjs";

for (const [name, makeDatabase] of databases) {
  describe(`versions of a record, on ${name}`, () => {
    let server, doctor, resident;
    const get = async (path) => {
      const answer = await doctor.fetch(path);
      assert.equal(answer.status, 200, answer.text);
      return answer.body;
    };
    before(async () => {
      server = await startServer(makeCounty(makeDatabase));
      doctor = await logIn(server, "doctor");
      resident = (await wholeList(doctor))[0].resident;
    });
    after(() => server?.stop());

    it("gives every version the same chain, oldest first, with who, when and why", async () => {
      const first = followup(resident.id);
      const second = { ...followup(resident.id, { sbp: 132 }), amends: first.id, reason: "读数录错" };
      const third = { ...followup(resident.id, { sbp: 134 }), amends: second.id, reason: "再次核对" };
      for (const body of [first, second, third]) assert.equal((await submit(doctor, body)).status, 201);
      for (const { id } of [first, second, third]) {
        const { chain } = await get(`/api/records/${id}`);
        assert.deepEqual(chain.map((version) => version.id), [first.id, second.id, third.id]);
        assert.deepEqual(chain.map((version) => version.is_ended), [true, true, false]);
        assert.deepEqual(chain.map((version) => version.end_reason), ["读数录错", "再次核对", null]);
        assert.deepEqual(chain.map((version) => version.amended_by), [second.id, third.id, null]);
        for (const version of chain) assert.ok(version.performed_by_name && version.recorded_at && !version.answers);
      }
    });

    it("leaves the amended record out of what comes before its amendment", async () => {
      const body = followup(resident.id);
      assert.equal((await submit(doctor, body)).status, 201);
      const context = (more) => get(`/api/forms/${body.form}/context?resident=${resident.id}&on=${body.happened_on}${more}`);
      const plain = (await context("")).previous;
      const amending = (await context(`&amends=${body.id}`)).previous;
      assert.ok(plain);
      assert.notEqual(amending?.id, body.id);
      assert.ok(!amending || amending.happened_on <= body.happened_on);
    });

    it("names areas, facilities, sources and units in both languages", async () => {
      const [line] = (await get("/api/obligations?limit=1")).items;
      assert.match(line.resident.area_name_en, /^[\x20-\x7e]+$/);
      const page = await get(`/api/residents/${line.resident.id}`);
      assert.equal(page.resident.area_name_en, line.resident.area_name_en);
      const [reason] = page.obligations[0].why;
      assert.match(reason.source, /^national-2017 /);
      assert.match(reason.source_title.zh, /^国家基本公共卫生服务规范/);
      assert.match(reason.source_title.en, /^National Norm of Basic Public Health Services/);
      assert.ok(page.records[0].facility_name.zh);
      const { definition } = await get("/api/forms/hypertension_followup");
      assert.deepEqual(definition.fields.find(({ id }) => id === "heart_rate").unit, { zh: "次/分", en: "/min" });
      assert.deepEqual(definition.fields.find(({ id }) => id === "sbp").unit, { zh: "mmHg", en: "mmHg" });
      const demo = await get("/api/demo");
      for (const { facility } of demo.accounts) assert.ok(facility.code && facility.name.zh && facility.name.en);
    });
  });
}
