// SYS-01, the resident's health record: key groups without a click, one record whatever visit it is opened from, how
// many residents have one, and who has none.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { attempt, lines, newId, submit, wholeList } from "../support/county.mjs";
import { databases, logIn, makeCounty, startServer } from "../support/server.mjs";

const today = "2025-06-30";

for (const [name, makeDatabase] of databases) {
  describe(`SYS-01: health records on ${name}`, () => {
    let server, options, doctor, area, mother, child;
    const register = async (more) => {
      const body = { id: newId(), area, ...more };
      const answer = await doctor.fetch("/api/residents", { method: "POST", body });
      assert.equal(answer.status, 201, answer.text);
      return body.id;
    };
    const files = async () => (await doctor.fetch("/api/health-files")).body;
    const inGroup = async (program, id) => (await wholeList(doctor, { query: `&program=${program}&state=open,due,overdue` })).filter(({ resident }) => resident.id === id);
    const record = async (form, subject, answers, happened_on = today) => {
      const body = { id: newId(), form, subject, happened_on, answers, confirmed: [] };
      const answer = await submit(doctor, body);
      assert.equal(answer.status, 201, answer.text);
      return body.id;
    };

    before(async () => {
      options = makeCounty(makeDatabase);
      server = await startServer(options);
      doctor = await logIn(server, "doctor");
      area = (await wholeList(doctor))[0].resident.area;
    });
    after(() => server?.stop());

    it("puts a child of three years into the list of children, without a click", async () => {
      child = await register({ name: "钟小试", sex: "1", birth_date: "2022-06-10" });
      const [line] = await inGroup("child", child);
      assert.equal(line.resident.id, child);
      assert.deepEqual(line.resident.programs.map(({ id }) => id), ["child"]);
    });

    it("puts the mother into the list of pregnant women as soon as her pregnancy is recorded", async () => {
      mother = await register({ name: "钟母试", sex: "2", birth_date: "1994-03-02" });
      assert.deepEqual(await inGroup("maternal", mother), []);
      const registration = await record("pregnancy_registration", mother, { lmp: "2025-05-01", gravidity: 2, parity: 1 });
      const [line] = await inGroup("maternal", mother);
      assert.equal(line.due_on, "2025-07-30");
      assert.deepEqual(line.resident.programs.map(({ id }) => id), ["maternal"]);
      const handbook = await record("pregnancy_handbook", mother, { institution: "测试镇卫生院" });
      assert.deepEqual(await inGroup("maternal", mother), []);
      for (const visit of [registration, handbook]) {
        const { subject } = (await doctor.fetch(`/api/records/${visit}`)).body;
        const opened = (await doctor.fetch(`/api/residents/${subject}`)).body;
        assert.deepEqual(opened.records.map(({ id }) => id).sort(), [registration, handbook].sort());
      }
    });

    it("counts records to residents, and lists who has none until the record is opened", async () => {
      const first = await files();
      const missing = first.missing.map(({ id }) => id);
      assert.ok(missing.includes(mother) && missing.includes(child), "both are without a record");
      assert.equal(first.residents - first.files, missing.length);
      assert.equal(first.percent, Math.round((first.files / first.residents) * 10000 + 1e-9) / 100);
      const given = await record("personal_information", mother, {
        name: "钟母试", sex: "2", birth_date: "1994-03-02", id_type: "99", id_number: "9966T1", contact_name: "钟甲", contact_phone: "12000000001",
        address: "测试村1号", residence_type: "1", ethnic_group: "01", blood_abo: "5", blood_rh: "3", education: "7", occupation: "4",
        marital_status: "2", payment_types: ["3"], drug_allergies: ["1"], exposures: ["1"], past_diseases: ["1"], operation: "1", trauma: "1",
        transfusion: "1", family_father: ["1"], family_mother: ["1"], family_siblings: ["1"], family_children: ["1"], hereditary_disease: "1",
        disabilities: ["1"],
      });
      const second = await files();
      assert.equal(second.files, first.files + 1);
      assert.ok(!second.missing.some(({ id }) => id === mother));
      const [line] = lines("health files", options);
      assert.ok(line.residents >= second.residents && line.percent > 0 && line.percent <= 100);
      const county = await logIn(server, "county");
      const towns = (await county.fetch("/api/health-files/areas")).body;
      assert.deepEqual([towns.residents, towns.files], [line.residents, line.files], "numbers for who sees no persons");
      assert.equal(towns.areas.reduce((sum, town) => sum + town.files, 0), towns.files);
      const township = towns.areas.find(({ code }) => area.startsWith(code));
      const villages = (await county.fetch(`/api/health-files/areas?area=${township.code}`)).body;
      assert.deepEqual([villages.residents, villages.files, villages.percent], [township.residents, township.files, township.percent]);
      assert.ok(villages.areas.every(({ code }) => code.length === 12 && code.startsWith(township.code)));
      assert.equal((await county.fetch("/api/health-files")).status, 403, "no list of persons");
      const own = (await doctor.fetch("/api/health-files/areas")).body;
      assert.deepEqual([own.residents, own.files], [second.residents, second.files], "a doctor's numbers are of his own people");
      assert.match((await county.fetch("/api/health-files/file?as=xlsx")).headers.get("content-disposition"), /health-records-2025-06-30\.xlsx/);
      const clinician = await logIn(server, "clinician");
      const voided = await clinician.fetch(`/api/records/${given}/void`, { method: "POST", body: { reason: "误录入，测试" } });
      assert.ok(voided.status < 300, voided.text);
      assert.equal((await files()).files, first.files);
    });

    it("leaves the lists when the groups are left", async () => {
      await record("pregnancy_end", mother, { reason: "2" });
      assert.deepEqual(await inGroup("maternal", mother), []);
      assert.equal(attempt("obligations", "verify", ...options).code, 0);
    });
  });
}
